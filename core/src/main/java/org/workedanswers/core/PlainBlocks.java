package org.workedanswers.core;

import java.util.Arrays;

/** The kernels of {@link Kernels} that work on small codes, as loops to read. */
final class PlainBlocks {
  private static final int BLOCK = Kernels.BLOCK;

  private PlainBlocks() {}

  static void dotsInt8(InterleavedBytes w, int from, int to, byte[] x, int xo, short[] y, int yo) {
    int lanes = InterleavedBytes.ROWS;
    Arrays.fill(y, yo, yo + (to - from) * lanes, (short) 0);
    for (int g = from; g < to; g++) {
      for (int c = 0; c < w.cols(); c += 2) {
        int x1 = c + 1 < w.cols() ? x[xo + c + 1] : 0;
        int at = (g * w.pairs() + c / 2) * lanes;
        addPair(w.codes(), at, x[xo + c], x1, y, yo + (g - from) * lanes);
      }
    }
  }

  /** A loop of its own, so that the JIT may make vector code of it. */
  private static void addPair(short[] codes, int at, int x0, int x1, short[] y, int yo) {
    for (int i = 0; i < InterleavedBytes.ROWS; i++) {
      int second = codes[at + i] >> 8;
      int first = codes[at + i] - 256 * second - InterleavedBytes.ZERO;
      y[yo + i] += (short) (first * x0 + second * x1);
    }
  }

  static void dotsInt8(int count, int n, byte[] x, int xo, byte[] rows, int[] at, int[] y) {
    for (int i = 0; i < count; i++) {
      y[i] = dotInt8(n, x, xo, rows, at[i]);
    }
  }

  private static int dotInt8(int n, byte[] x, int xo, byte[] row, int ro) {
    int sum = 0;
    for (int j = 0; j < n; j++) {
      sum += x[xo + j] * row[ro + j];
    }
    return sum;
  }

  static int quantizeInt8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    for (int b = 0; b < blocks; b++) {
      int from = xo + b * BLOCK;
      float largest = 0;
      for (int i = 0; i < BLOCK; i++) {
        largest = Math.max(largest, Math.abs(x[from + i])); // NaN if any value is
      }
      if (!(largest <= Float.MAX_VALUE)) {
        return b;
      }
      float d = largest / 127;
      float inverse = QuantizedKernels.reciprocal(d);
      for (int i = 0; i < BLOCK; i++) {
        codes[co + b * step + i] = (byte) roundAway(x[from + i] * inverse);
      }
      scales[so + b] = d;
    }
    return blocks;
  }

  /** The nearest integer, halfway away from zero: C's roundf. */
  private static int roundAway(float x) {
    int nearest = (int) Math.floor(Math.abs((double) x) + 0.5);
    return x < 0 ? -nearest : nearest;
  }

  static int quantizeInt4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    for (int b = 0; b < blocks; b++) {
      int from = xo + b * BLOCK;
      for (int i = 0; i < BLOCK; i++) {
        if (!(Math.abs(x[from + i]) <= Float.MAX_VALUE)) {
          return b;
        }
      }
      float d = firstLargest(x, from) / -8;
      float inverse = QuantizedKernels.reciprocal(d);
      int half = BLOCK / 2;
      for (int i = 0; i < half; i++) {
        int low = Math.min(15, (int) (x[from + i] * inverse + 8.5f));
        int high = Math.min(15, (int) (x[from + half + i] * inverse + 8.5f));
        nibbles[no + b * step + i] = (byte) (low | high << 4);
      }
      scales[so + b] = d;
    }
    return blocks;
  }

  /** The value of largest magnitude in a block, the first of equals, with its sign; 0 for -0. */
  private static float firstLargest(float[] x, int from) {
    float largest = 0;
    for (int i = 0; i < BLOCK; i++) {
      if (Math.abs(x[from + i]) > Math.abs(largest)) {
        largest = x[from + i];
      }
    }
    return largest;
  }

  static float dotBlocksInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    float sum = 0;
    for (int b = 0; b < blocks; b++) {
      int dot = 0;
      for (int i = 0; i < BLOCK; i++) {
        dot += w[wo + b * step + i] * x[xo + b * BLOCK + i];
      }
      sum += scales[so + b] * dot;
    }
    return sum;
  }

  static float dotBlocksInt4(
      int blocks,
      byte[] nibbles,
      int no,
      int step,
      int zero,
      float[] scales,
      int so,
      short[] x,
      int xo) {
    int half = BLOCK / 2;
    float sum = 0;
    for (int b = 0; b < blocks; b++) {
      int dot = 0;
      for (int i = 0; i < half; i++) {
        int pair = nibbles[no + b * step + i];
        int at = xo + b * BLOCK + i;
        dot += ((pair & 15) - zero) * x[at] + (((pair >> 4) & 15) - zero) * x[at + half];
      }
      sum += scales[so + b] * dot;
    }
    return sum;
  }

  static void dotsGguf(
      int bits,
      int rows,
      int blocks,
      byte[] w,
      int wo,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    int half = BLOCK / 2;
    int at = wo;
    for (int r = 0; r < rows; r++) {
      float sum = 0;
      for (int b = 0; b < blocks; b++, at += QuantizedKernels.ggufBlockBytes(bits)) {
        int dot = 0;
        for (int i = 0; i < BLOCK; i++) {
          int u = bits == 8 ? w[at + 2 + i] : (w[at + 2 + i % half] >> (i < half ? 0 : 4) & 15) - 8;
          dot += u * x[xo + b * BLOCK + i];
        }
        sum += QuantizedKernels.fp16(w, at) * xScales[xso + b] * dot;
      }
      y[yo + r] = sum;
    }
  }

  static void multiply(
      Interleaved w,
      int from,
      int to,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    int end = Math.min(w.rows(), to * Interleaved.ROWS);
    for (int r = from * Interleaved.ROWS; r < end; r++) {
      float sum = 0;
      for (int b = 0; b < w.blocks(); b++) {
        int dot = 0;
        for (int i = b * BLOCK; i < b * BLOCK + BLOCK; i++) {
          dot += (w.code(r, i) - w.zero()) * x[xo + i];
        }
        sum += w.scales()[w.scaleAt(r, b)] * (xScales[xso + b] * dot);
      }
      y[yo + r] = sum;
    }
  }
}
