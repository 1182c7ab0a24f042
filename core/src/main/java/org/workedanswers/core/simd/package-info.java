/**
 * The kernels on {@code jdk.incubator.vector}. Nothing outside of this package names a class of
 * that module, so that everything else runs where it is missing.
 */
package org.workedanswers.core.simd;
