package org.workedanswers.attention;

/**
 * What scores are multiplied with before the softmax, as a function of d_k.
 *
 * <p>The dot product of two vectors of d_k independent values with mean 0 and variance 1 has mean 0
 * and variance d_k. Multiplied with 1/√d_k its variance is 1 for every d_k, and the softmax stays
 * where its gradient is not lost (Vaswani et al. 2017, section 3.2.1, footnote 4).
 */
@FunctionalInterface
public interface Scale {
  /** 1/√d_k, the paper's. */
  Scale INVERSE_ROOT = dk -> (float) (1 / Math.sqrt(dk));

  /** 1: the scores as they are. T5 does so and lets its weights make up for it. */
  Scale NONE = dk -> 1;

  /** The factor for keys of width d_k. */
  float of(int dk);
}
