package org.workedanswers.quantization;

import org.apache.commons.math3.distribution.NormalDistribution;
import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * NF4, four-bit NormalFloat: sixteen levels that normal weights use equally often, and a scale for
 * each block.
 *
 * <pre>
 * c = max |w|  over the block                 absolute maximum, 64 weights
 * q = argmin over k of |w / c - level(k)|     four bits
 * ŵ = c · level(q)
 * </pre>
 *
 * <p><b>Levels.</b> Quantiles of N(0, 1) at evenly spaced probabilities, divided by the largest:
 * eight above zero, seven below, and zero itself, so that zero weights stay zero. {@link
 * #levelsFromQuantiles} derives them; {@link #level} has the values that bitsandbytes publishes.
 *
 * <p><b>Double quantisation.</b> A float32 scale for 64 weights costs half a bit a weight. So the
 * scales are quantised too: less their mean (one float32 for the matrix), in groups of 256 with one
 * float32 for each group, as {@link DynamicFloat8}. That is 4 + 8/64 + 32/(64 · 256) = 4.127 bits a
 * weight in place of 4.5. Codes are chosen by the scales as they were before.
 *
 * <p><b>Rounding.</b> To the nearest level; halfway goes to the lower. <b>Layout.</b> As in
 * bitsandbytes, the first of two weights stands in the high half of a byte. Unlike there, a block
 * never runs over the end of a row: the block size must divide it.
 *
 * <p>Source: Dettmers, Pagnoni, Holtzman, Zettlemoyer, <i>QLoRA: Efficient Finetuning of Quantized
 * LLMs</i>, 2023, section 3, equations 4 to 6 and appendix E.
 */
public final class Nf4 implements Format {
  /** The paper's block size: weights that share a scale. */
  public static final int BLOCK = 64;

  /** How many scales share a second-level scale. */
  public static final int GROUP = 256;

  /** The code of level 0. */
  public static final int ZERO = 7;

  private static final float[] LEVELS = {
    -1f,
    -0.6961928f,
    -0.52507305f,
    -0.3949175f,
    -0.28444138f,
    -0.18477343f,
    -0.091050036f,
    0f,
    0.0795803f,
    0.1609302f,
    0.2461123f,
    0.33791524f,
    0.44070983f,
    0.562617f,
    0.72295684f,
    1f
  };

  private final int block;
  private final boolean doubleQuantized;

  private Nf4(int block, boolean doubleQuantized) {
    this.block = block;
    this.doubleQuantized = doubleQuantized;
  }

  /** QLoRA's setting: blocks of 64, the scales quantised too. 4.127 bits a weight. */
  public static Nf4 qlora() {
    return new Nf4(BLOCK, true);
  }

  /**
   * NF4 with {@code block} weights to a scale.
   *
   * @param doubleQuantized whether scales are quantised too, or float32
   * @throws IllegalArgumentException if {@code block} is odd or below 2: two codes share a byte
   */
  public static Nf4 of(int block, boolean doubleQuantized) {
    Check.that(
        block >= 2 && block % 2 == 0,
        "block is %d: two codes share a byte, so it must be even and at least 2",
        block);
    return new Nf4(block, doubleQuantized);
  }

  /** The level of a code in 0..15. */
  public static float level(int code) {
    return LEVELS[code];
  }

  /** The code in 0..15 of the level nearest to x; halfway goes to the lower one. */
  public static int code(float x) {
    int code = 0;
    for (int half = 8; half >= 1; half /= 2) {
      int below = code + half - 1;
      if (x > (LEVELS[below] + LEVELS[below + 1]) / 2) {
        code += half;
      }
    }
    return code;
  }

  /**
   * The sixteen levels as the paper derives them, in double precision.
   *
   * <pre>
   * δ = 1 - ½ (1/30 + 1/32)                        0.9677083
   * above zero: Φ⁻¹(p), p from δ to ½ in 8 steps    (½ itself left out)
   * below zero: -Φ⁻¹(p), p from δ to ½ in 7 steps   (½ itself left out)
   * all divided by Φ⁻¹(δ)
   * </pre>
   */
  public static double[] levelsFromQuantiles() {
    NormalDistribution normal = new NormalDistribution(0, 1);
    double delta = 1 - (1.0 / 30 + 1.0 / 32) / 2;
    double largest = normal.inverseCumulativeProbability(delta);
    double[] levels = new double[16];
    for (int i = 0; i < 8; i++) {
      double p = delta + (0.5 - delta) * i / 8;
      levels[15 - i] = normal.inverseCumulativeProbability(p) / largest;
    }
    for (int i = 0; i < 7; i++) {
      double p = delta + (0.5 - delta) * i / 7;
      levels[i] = -normal.inverseCumulativeProbability(p) / largest;
    }
    return levels;
  }

  @Override
  public String name() {
    return doubleQuantized && block == BLOCK
        ? "NF4"
        : "NF4 b" + block + (doubleQuantized ? "" : " fp32 scales");
  }

  /** How many weights share a scale. */
  public int block() {
    return block;
  }

  /** Whether the scales are quantised too. */
  public boolean doubleQuantized() {
    return doubleQuantized;
  }

  @Override
  public int payloadBits() {
    return 4;
  }

  @Override
  public long storageBytes(long rows, long cols) {
    Weights.checkShape(name(), rows, cols, block);
    long weights = Math.multiplyExact(rows, cols);
    long blocks = weights / block;
    long scales =
        doubleQuantized
            ? blocks + (blocks + GROUP - 1) / GROUP * Float.BYTES + Float.BYTES
            : blocks * Float.BYTES;
    return weights / 2 + scales;
  }

  @Override
  public Nf4Matrix quantize(Matrix w) {
    return quantize(Loop.sequential(), w);
  }

  @Override
  public Nf4Matrix quantize(Loop loop, Matrix w) {
    Weights.checkShape(name(), w.rows(), w.cols(), block);
    byte[] codes = new byte[Check.elements("codes", w.rows(), w.cols() / 2)];
    int blocksPerRow = w.cols() / block;
    float[] scales = new float[w.rows() * blocksPerRow];
    loop.forEach(
        w.rows(),
        i -> {
          Weights.checkFinite(name(), w, i);
          for (int b = 0; b < blocksPerRow; b++) {
            int from = w.index(i, b * block);
            float c = Weights.absMax(w.data(), from, block);
            scales[i * blocksPerRow + b] = c;
            int at = (i * w.cols() + b * block) >>> 1;
            for (int k = 0; k < block; k += 2) {
              int first = encode(w.data()[from + k], c);
              int second = encode(w.data()[from + k + 1], c);
              codes[at + k / 2] = (byte) (first << 4 | second);
            }
          }
        });
    ScaleStore store = doubleQuantized ? ScaleStore.quantized(scales) : ScaleStore.plain(scales);
    return new Nf4Matrix(this, w.rows(), w.cols(), codes, store);
  }

  /** The code of a weight in a block whose scale is c. */
  static int encode(float w, float c) {
    return c == 0 ? ZERO : code(w / c);
  }
}
