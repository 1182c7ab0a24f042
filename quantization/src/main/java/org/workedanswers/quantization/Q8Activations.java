package org.workedanswers.quantization;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Activations X [n x cols] quantised as {@link GgufType#Q8_0}: codes, and for each block of 32 a
 * scale d' and the sum of its codes times d'.
 *
 * <p>What it changes: |x̂ - x| ≤ d'/2 and the rounding of d' to FP16, d' being max |x| / 127 over
 * the block. Source: ggml's {@code quantize_row_q8_0}; the sums are the {@code s} of its {@code
 * block_q8_1}, kept as float32 and not as FP16.
 *
 * <p>A thread has one of these and uses it again, for {@value #CODES} codes at a time.
 */
final class Q8Activations {
  /** How many codes are kept at a time, or those of one row where it has more. */
  static final int CODES = 1 << 17;

  private static final ThreadLocal<Q8Activations> OF_THREAD =
      ThreadLocal.withInitial(Q8Activations::new);

  /** A part of a product: the tokens that are quantised with some rows of W, or groups of them. */
  interface Part {
    void run(Kernels kernels, Q8Activations x, Matrix y, int from, int to);
  }

  private int blocks;
  private byte[] bytes = new byte[0];
  private short[] codes = new short[0];
  private float[] scales = new float[0];
  private float[] scaledSums = new float[0];

  // The product that runs: kept here, a call allocates nothing.
  private final Loop.Range range = this::run;
  private Kernels kernels;
  private Matrix y;
  private Part part;
  private int first;
  private int tokens;

  private Q8Activations() {}

  /** Quantises X by and by, and has {@code count} rows of W, or groups of them, multiplied. */
  static void forEach(Kernels kernels, Loop loop, Matrix x, Matrix y, int count, Part part) {
    Q8Activations q = OF_THREAD.get();
    q.kernels = kernels;
    q.y = y;
    q.part = part;
    int atATime = Math.max(1, CODES / x.cols());
    for (q.first = 0; q.first < x.rows(); q.first += atATime) {
      q.tokens = Math.min(atATime, x.rows() - q.first);
      q.ensure(q.tokens, x.cols());
      for (int i = 0; i < q.tokens; i++) {
        q.quantize(kernels, x, q.first + i, i);
      }
      loop.ranges(count, q.range);
    }
    q.kernels = null;
    q.y = null;
    q.part = null;
  }

  private void run(int from, int to) {
    part.run(kernels, this, y, from, to);
  }

  private void ensure(int rows, int cols) {
    blocks = cols / GgufType.BLOCK;
    if (bytes.length < cols) {
      bytes = new byte[cols];
    }
    if (codes.length < rows * cols) {
      codes = new short[rows * cols];
      scales = new float[rows * blocks];
      scaledSums = new float[rows * blocks];
    }
  }

  private void quantize(Kernels kernels, Matrix x, int row, int i) {
    int so = i * blocks;
    int done =
        kernels.quantizeInt8(
            blocks, x.data(), x.index(row, 0), bytes, 0, GgufType.BLOCK, scales, so);
    if (done < blocks) {
      checkRange(x, row);
    }
    for (int b = 0; b < blocks; b++) {
      if (scales[so + b] >= 65520) {
        checkRange(x, row);
      }
      int sum = 0;
      int to = codesAt(i) + b * GgufType.BLOCK;
      for (int k = 0; k < GgufType.BLOCK; k++) {
        byte code = bytes[b * GgufType.BLOCK + k];
        codes[to + k] = code;
        sum += code;
      }
      scales[so + b] = Fp16.toFloat(Fp16.fromFloat(scales[so + b]));
      scaledSums[so + b] = scales[so + b] * sum;
    }
  }

  private static void checkRange(Matrix x, int row) {
    for (int j = 0; j < x.cols(); j++) {
      float value = x.data()[x.index(row, j)];
      if (!(Math.abs(value) < 65520f * 127)) { // NaN too
        throw new IllegalArgumentException(
            String.format(
                "X(%d, %d) is %s: activations in Q8_0 must be finite and below 65520 · 127",
                row, j, value));
      }
    }
  }

  /** How many tokens are quantised. */
  int tokens() {
    return tokens;
  }

  /** The row of X, and of Y, that a token is. */
  int row(int token) {
    return first + token;
  }

  /** The codes of all tokens, as shorts. */
  short[] codes() {
    return codes;
  }

  int codesAt(int token) {
    return token * blocks * GgufType.BLOCK;
  }

  /** into[b] = d[b] · d'[b] for the blocks of a token. */
  void scale(float[] d, int count, int token, float[] into) {
    float[] own = scales;
    int at = blocksAt(token);
    for (int b = 0; b < count; b++) {
      into[b] = d[b] * own[at + b];
    }
  }

  /** d' of every block. */
  float[] scales() {
    return scales;
  }

  /** d' Σ u' of every block. */
  float[] scaledSums() {
    return scaledSums;
  }

  /** Where the scales, and the sums, of a token begin. */
  int blocksAt(int token) {
    return token * blocks;
  }
}
