package org.workedanswers.attention;

import org.workedanswers.core.Matrix;

/**
 * What {@link FlashAttention} knows of one block of queries after one block of keys.
 *
 * @param queryFrom the first query of the block
 * @param queryTo the one after its last
 * @param keyFrom the first key of the block
 * @param keyTo the one after its last
 * @param cover how much of the block the mask allows
 * @param max m: each query's largest score so far
 * @param sum ℓ: each query's sum of e^(score - m) so far
 * @param gathered O: each query's values so far, each times e^(score - m); not yet divided by ℓ
 */
public record FlashStep(
    int queryFrom,
    int queryTo,
    int keyFrom,
    int keyTo,
    Mask.Cover cover,
    float[] max,
    float[] sum,
    Matrix gathered) {}
