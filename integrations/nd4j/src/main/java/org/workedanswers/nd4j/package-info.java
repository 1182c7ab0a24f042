/**
 * core's kernels on ND4J's native BLAS, and {@code INDArray}s in and out.
 *
 * <p>Start with {@link org.workedanswers.nd4j.IndArrays} to bring arrays in and out, with {@link
 * org.workedanswers.nd4j.Nd4jKernels} for what the kernels do and where they are slow. With this
 * module on the class path, {@code KernelsChoice.named("nd4j")} finds them.
 */
package org.workedanswers.nd4j;
