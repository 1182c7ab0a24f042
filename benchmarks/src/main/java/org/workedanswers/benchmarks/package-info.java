/**
 * JMH benchmarks, a class a technique: its forms and kernels side by side. {@code ./study bench
 * attention} runs one.
 *
 * <p>A class is named after its technique with {@code Benchmark} behind it, which is how the
 * launcher finds it. A parameter named {@code kernels} takes the names of core's kernels; those
 * that are not there are left out of a run. {@link org.workedanswers.benchmarks.KernelsBenchmark}
 * is the one to copy.
 */
package org.workedanswers.benchmarks;
