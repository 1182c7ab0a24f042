/**
 * The comparisons that need no library but those of this module, and the work that all of them
 * share. {@link org.workedanswers.benchmarks.comparisons.Ours} says which of our forms is timed.
 */
package org.workedanswers.benchmarks.comparisons;
