/**
 * Scaled dot-product attention, what it may look at, how heads share it, and where positions come
 * in.
 *
 * <p>Start with {@link org.workedanswers.attention.PlainAttention}: the formula in four steps.
 * {@link org.workedanswers.attention.FlashAttention} gives the same result without ever holding the
 * n x m scores, and {@link org.workedanswers.attention.TiledAttention} does so at the speed of the
 * hardware. {@link org.workedanswers.attention.Mask} says which keys a query may attend to, {@link
 * org.workedanswers.attention.MultiHead} runs heads side by side, {@link
 * org.workedanswers.attention.Rope} turns queries and keys by their positions, and {@link
 * org.workedanswers.attention.Softmax} explains why scores are scaled.
 *
 * <p>A decoder keeps keys and values in a {@link org.workedanswers.attention.KvCache}, or in a
 * {@link org.workedanswers.attention.RollingKvCache} of bounded size. {@link
 * org.workedanswers.attention.RopeScaling} stretches positions beyond the length of the training,
 * and {@link org.workedanswers.attention.ContextCost} counts what a long context takes.
 */
package org.workedanswers.attention;
