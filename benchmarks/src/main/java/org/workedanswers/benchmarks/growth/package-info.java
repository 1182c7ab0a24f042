/**
 * How costs grow: each curve is measured by size, its exponent is the slope of the logarithms, and
 * a picture shows the points. {@code ./study bench --growth} runs {@link
 * org.workedanswers.benchmarks.growth.Growth}.
 */
package org.workedanswers.benchmarks.growth;
