/**
 * What every technique is written with: {@link org.workedanswers.core.Matrix}, the inner loops of
 * {@link org.workedanswers.core.Kernels}, loops over independent rows or heads, seeded randomness,
 * an optimizer and argument checks.
 *
 * <p>Start with {@link org.workedanswers.core.PlainKernels}: loops to read. Everything faster is
 * held against them.
 */
package org.workedanswers.core;
