/**
 * Weights in fewer bits, and products with them that never widen the whole matrix.
 *
 * <p>Start with {@link org.workedanswers.quantization.Format}, what every format does, and then
 * {@link org.workedanswers.quantization.Nf4}: sixteen levels, a scale for each block, and scales of
 * scales. {@link org.workedanswers.quantization.QuantizedMatrix} is what all matrices have in
 * common.
 *
 * <p>A format alone rounds each weight to the nearest value. {@link
 * org.workedanswers.quantization.Gptq} and {@link org.workedanswers.quantization.Awq} write the
 * same formats by what a layer's inputs look like, which {@link
 * org.workedanswers.quantization.CalibrationStatistics} gathers, so that the outputs change less.
 */
package org.workedanswers.quantization;
