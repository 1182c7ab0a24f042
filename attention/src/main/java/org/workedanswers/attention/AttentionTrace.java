package org.workedanswers.attention;

import org.workedanswers.core.Matrix;

/**
 * The intermediate values of one head's attention, in the order in which they come about.
 *
 * @param scores Q Kᵀ, [n x m], of every pair, masked or not
 * @param scaled the scores times the scale, [n x m]
 * @param weights the softmax of each row over the keys that it may attend to, [n x m]; 0 elsewhere
 * @param output weights times V, [n x d_v]
 * @param counts what it took, the trace itself aside
 */
public record AttentionTrace(
    Matrix scores, Matrix scaled, Matrix weights, Matrix output, Counts counts) {}
