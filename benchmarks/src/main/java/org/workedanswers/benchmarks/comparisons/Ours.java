package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.attention.Attention;
import org.workedanswers.attention.TiledAttention;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;

/** The form of each technique that the comparisons time. */
public final class Ours {
  private Ours() {}

  /** The kernels of products, softmax and exp. */
  public static Kernels kernels() {
    return KernelsChoice.best();
  }

  /** One head of attention. */
  public static Attention attention(Kernels kernels) {
    return new TiledAttention(kernels);
  }
}
