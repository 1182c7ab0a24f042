/**
 * Named tensors of a model's file, read without the library that wrote it.
 *
 * <p>Start with {@link org.workedanswers.checkpoints.OnnxModel}: it reads the weights of an ONNX
 * file, and finds the ones that have no name of their own through the node that uses them. {@link
 * org.workedanswers.checkpoints.GgufModel} reads a GGUF file's, quantised or not. A {@link
 * org.workedanswers.checkpoints.Tensor} is a name, a type, a shape and bytes that are converted
 * when asked for. Every byte of a file is taken for hostile: what does not add up ends in a {@link
 * org.workedanswers.checkpoints.CheckpointException} that says where, before memory is taken for
 * it.
 */
package org.workedanswers.checkpoints;
