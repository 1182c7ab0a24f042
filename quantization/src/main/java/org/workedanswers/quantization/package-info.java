/**
 * Weights in fewer bits, and products with them that never widen the whole matrix.
 *
 * <p>Start with {@link org.workedanswers.quantization.Format}, what every format does, and then
 * {@link org.workedanswers.quantization.Nf4}: sixteen levels, a scale for each block, and scales of
 * scales. {@link org.workedanswers.quantization.QuantizedMatrix} is what all matrices have in
 * common.
 */
package org.workedanswers.quantization;
