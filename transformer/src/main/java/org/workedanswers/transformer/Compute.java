package org.workedanswers.transformer;

import org.workedanswers.attention.Attention;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.attention.TiledAttention;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;

/**
 * What a model computes with. None of it changes a result beyond rounding, and within one choice of
 * kernels and attention the results are the same bits for any number of threads.
 *
 * @param kernels the inner loops
 * @param loop threads that share rows, columns and heads
 * @param attention the form of scaled dot-product attention, with the scale 1/√d_k
 * @param unscaled the same without the scale, as T5 has it
 */
public record Compute(Kernels kernels, Loop loop, Attention attention, Attention unscaled) {
  /** Tokens of an input from which on the tiled form was the faster, d = 384 and 12 heads. */
  private static final int LONG = 192;

  /** Whether {@link #tiled} is the faster for an input of so many tokens. */
  public static boolean isLong(int tokens) {
    return tokens >= LONG;
  }

  /**
   * For decoders and short inputs: the plain form, which reads cached keys where they stand and
   * holds n x m scores.
   */
  public static Compute plain(Kernels kernels, Loop loop) {
    return new Compute(
        kernels, loop, new PlainAttention(kernels), new PlainAttention(kernels, Scale.NONE));
  }

  /** For long inputs: the tiled form, whose memory grows with n + m. */
  public static Compute tiled(Kernels kernels, Loop loop) {
    return new Compute(
        kernels, loop, new TiledAttention(kernels), new TiledAttention(kernels, Scale.NONE));
  }

  /** The plain form on the best kernels there are, one thread. */
  public static Compute best() {
    return plain(KernelsChoice.best(), Loop.sequential());
  }
}
