package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link KernelsConformance} on blocks of 32 codes: quantising bit for bit as the plain
 * loops do, products held against double precision.
 */
abstract class BlocksConformance {
  static final float GUARD = 1e30f;

  /** The implementation under test. */
  protected abstract Kernels kernels();

  static byte[] bytes(SeededRandom random, int n, boolean extreme) {
    byte[] b = new byte[n];
    for (int i = 0; i < n; i++) {
      b[i] = (byte) (extreme ? -128 : random.below(256) - 128);
    }
    return b;
  }

  private static final int[] BLOCKS = {0, 1, 2, 3, 7, 33, 65};

  /** Random values, and what rounding and choosing could get wrong. */
  private static float[] floatsToQuantize(SeededRandom random, int n) {
    float scale = (float) Math.pow(2, random.below(200) - 120);
    float[] x = new float[n];
    for (int b = 0; b < n; b += 32) {
      int kind = random.below(10);
      for (int i = b; i < Math.min(n, b + 32); i++) {
        x[i] =
            switch (kind) {
              case 0 -> random.coin() ? 0f : -0f;
              case 1 -> random.below(509) / 2f - 127; // halves, where d is 1
              case 2 -> (random.coin() ? 1 : -1) * scale; // equal magnitudes of both signs
              case 3 -> random.below(5) - 2; // the same, and zeros
              case 4 -> Float.MIN_VALUE * (random.below(2001) - 1000);
              case 5 -> (float) (random.gaussian() * 1e38 * (random.below(2) + 1));
              case 6 -> Math.nextUp(random.below(255) / 2f) * (random.coin() ? 1 : -1);
              case 7 -> Math.nextDown((random.below(33) - 16) / 4f);
              case 8 -> -0f;
              default -> (float) random.gaussian() * scale;
            };
      }
      if ((kind == 1 || kind == 6) && b < n) {
        x[b] = random.coin() ? 127 : -127;
      }
    }
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, x[i]));
    }
    return x;
  }

  @Test
  void blocksAreQuantisedBitForBit() {
    for (int round = 0; round < 150; round++) {
      SeededRandom random = new SeededRandom(round);
      int blocks = BLOCKS[round % BLOCKS.length];
      int xo = random.below(5);
      int co = random.below(5);
      int so = random.below(3);
      int step = 32 + random.below(4);
      float[] x = floatsToQuantize(random, xo + blocks * 32 + 3);
      for (int bits : new int[] {8, 4}) {
        byte[] want = new byte[co + blocks * step + 3];
        byte[] codes = want.clone();
        float[] wantScales = new float[so + blocks + 1];
        float[] scales = wantScales.clone();
        assertEquals(
            blocks,
            quantize(PlainKernels.PLAIN, bits, blocks, x, xo, want, co, step, wantScales, so));
        assertEquals(blocks, quantize(kernels(), bits, blocks, x, xo, codes, co, step, scales, so));
        assertArrayEquals(want, codes, bits + " bits, round " + round);
        for (int b = 0; b < scales.length; b++) {
          assertEquals(
              Float.floatToRawIntBits(wantScales[b]),
              Float.floatToRawIntBits(scales[b]),
              bits + " bits, scale of block " + b);
        }
      }
    }
  }

  private static int quantize(
      Kernels kernels,
      int bits,
      int blocks,
      float[] x,
      int xo,
      byte[] codes,
      int co,
      int step,
      float[] scales,
      int so) {
    return bits == 8
        ? kernels.quantizeInt8(blocks, x, xo, codes, co, step, scales, so)
        : kernels.quantizeInt4(blocks, x, xo, codes, co, step, scales, so);
  }

  @Test
  void quantisingStopsBeforeTheFirstBlockThatIsNotFinite() {
    SeededRandom random = new SeededRandom(1);
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int place = 0; place < 160; place++) {
        float[] x = random.gaussian(1, 160, 1).data();
        x[place] = bad;
        x[159] = Float.NaN;
        for (int bits : new int[] {8, 4}) {
          int done = quantize(kernels(), bits, 5, x, 0, new byte[160], 0, 32, new float[5], 0);
          assertEquals(place / 32, done, bits + " bits, " + bad + " at " + place);
        }
      }
    }
  }

  /** The definition of rounding, tried on every float that a step of eight bits can meet. */
  @Test
  void roundingIsHalfwayAwayFromZeroForValuesNextToEveryTie() {
    float[] x = new float[32];
    byte[] codes = new byte[32];
    for (int k = 0; k < 127; k++) {
      float tie = k + 0.5f;
      float[] near = {tie, Math.nextDown(tie), Math.nextUp(tie), k, Math.nextUp((float) k)};
      int[] want = {k + 1, k, k + 1, k, k};
      x[0] = 127; // d is 1
      for (int i = 0; i < near.length; i++) {
        for (int at = 1; at < 31; at++) {
          x[at] = near[i];
          x[at + 1] = -near[i];
          assertEquals(1, kernels().quantizeInt8(1, x, 0, codes, 0, 32, new float[1], 0));
          assertEquals(want[i], codes[at], "of " + near[i]);
          assertEquals(-want[i], codes[at + 1], "of " + -near[i]);
        }
      }
    }
  }

  private static short[] shorts(SeededRandom random, int n, boolean extreme) {
    short[] x = new short[n];
    for (int i = 0; i < n; i++) {
      x[i] = (short) (extreme ? (random.coin() ? 127 : -127) : random.below(255) - 127);
    }
    return x;
  }

  @Test
  void dotsOfBlocksAreThoseOfDoublePrecision() {
    for (int round = 0; round < 140; round++) {
      SeededRandom random = new SeededRandom(round);
      int blocks = BLOCKS[round % BLOCKS.length];
      int wo = random.below(5);
      int so = random.below(3);
      int xo = random.below(5);
      int step = 32 + random.below(4);
      int zero = round % 16;
      boolean extreme = round % 3 == 0;
      byte[] w = bytes(random, wo + blocks * step + 3, extreme);
      short[] x = shorts(random, xo + blocks * 32 + 3, extreme);
      float[] scales = random.gaussian(1, so + blocks + 1, 1).data();
      double eight = 0;
      double four = 0;
      double eightMagnitude = 0;
      double fourMagnitude = 0;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < 32; i++) {
          double xd = (double) scales[so + b] * x[xo + b * 32 + i];
          int code = w[wo + b * step + i];
          int pair = w[wo + b * step + i % 16] & 255;
          int nibble = (i < 16 ? pair % 16 : pair / 16) - zero;
          eight += xd * code;
          four += xd * nibble;
          eightMagnitude += Math.abs(xd * code);
          fourMagnitude += Math.abs(xd * nibble);
        }
      }
      double slack = (blocks + 8) * 0x1p-24;
      assertEquals(
          eight,
          kernels().dotBlocksInt8(blocks, w, wo, step, scales, so, x, xo),
          slack * eightMagnitude);
      assertEquals(
          four,
          kernels().dotBlocksInt4(blocks, w, wo, step, zero, scales, so, x, xo),
          slack * fourMagnitude);
    }
  }

  @Test
  void rowsOfGgufBlocksAreThoseOfDoublePrecision() {
    for (int round = 0; round < 84; round++) {
      SeededRandom random = new SeededRandom(round);
      int bits = round % 2 == 0 ? 4 : 8;
      int bytes = 2 + 4 * bits;
      int blocks = BLOCKS[round % BLOCKS.length];
      int rows = random.below(4);
      int wo = random.below(5);
      int xo = random.below(5);
      int xso = random.below(3);
      int yo = random.below(5);
      byte[] w = bytes(random, wo + rows * blocks * bytes + 3, round % 3 == 0);
      for (int at = wo; at + bytes <= w.length; at += bytes) {
        w[at + 1] &= (byte) 0xbf; // below 2, subnormals among them
      }
      short[] x = shorts(random, xo + blocks * 32 + 3, round % 3 == 0);
      float[] xScales = random.gaussian(1, xso + blocks + 1, 1).data();
      float[] y = new float[yo + rows + 3];
      Arrays.fill(y, GUARD);
      kernels().dotsGguf(bits, rows, blocks, w, wo, x, xo, xScales, xso, y, yo);
      for (int r = 0; r < y.length; r++) {
        double exact = 0;
        double magnitude = 0;
        boolean inside = r >= yo && r < yo + rows;
        for (int c = 0; inside && c < 32 * blocks; c++) {
          int at = wo + ((r - yo) * blocks + c / 32) * bytes;
          int half = w[at] & 255 | (w[at + 1] & 255) << 8;
          int exponent = half >> 10 & 31;
          double d =
              Math.scalb(half % 1024 + (exponent > 0 ? 1024 : 0), Math.max(1, exponent) - 25);
          int pair = w[at + 2 + c % 16] & 255;
          int u = bits == 8 ? w[at + 2 + c % 32] : (c % 32 < 16 ? pair % 16 : pair / 16) - 8;
          double product = (half >> 15 == 0 ? d : -d) * xScales[xso + c / 32] * u * x[xo + c];
          exact += product;
          magnitude += Math.abs(product);
        }
        double slack = (blocks + 8) * 0x1p-23 * magnitude;
        assertEquals(inside ? exact : GUARD, y[r], slack, rows + " rows of " + bits + " bits");
      }
    }
  }

  @Test
  void infiniteScalesOfGgufBlocksAreSeen() {
    for (int half : new int[] {0x7c00, 0xfc00, 0x7e00, 0x7c01}) {
      for (int place = 0; place < 9; place++) {
        byte[] w = new byte[9 * 34];
        short[] x = new short[9 * 32];
        Arrays.fill(x, (short) 1);
        w[place * 34] = (byte) half;
        w[place * 34 + 1] = (byte) (half >> 8);
        w[place * 34 + 2] = 1;
        float[] y = new float[1];
        kernels().dotsGguf(8, 1, 9, w, 0, x, 0, new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, y, 0);
        assertEquals(false, Float.isFinite(y[0]), "scale " + half + " gave " + y[0]);
      }
    }
  }

  @Test
  void interleavedProductsAreThoseOfDoublePrecision() {
    int[] rowCounts = {0, 1, 2, 3, 7, 17, 31, 32, 33, 64, 65, 207};
    for (int round = 0; round < 6 * rowCounts.length; round++) {
      SeededRandom random = new SeededRandom(round);
      int bits = round % 2 == 0 ? 4 : 8;
      int rows = rowCounts[round / 6];
      int blocks = BLOCKS[random.below(rows > 7 ? 4 : BLOCKS.length)];
      boolean extreme = round % 3 == 0;
      Interleaved w = new Interleaved(bits, rows, blocks);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < 32 * blocks; c++) {
          w.put(r, c, extreme ? 0 : random.below(1 << bits)); // 0 is the lowest, -8 or -128
        }
        for (int b = 0; b < blocks; b++) {
          w.scales()[w.scaleAt(r, b)] = (float) random.gaussian();
        }
      }
      int xo = random.below(5);
      int xso = random.below(3);
      int yo = random.below(5);
      short[] x = shorts(random, xo + blocks * 32 + 3, extreme);
      float[] xScales = random.gaussian(1, xso + blocks + 1, 1).data();
      float[] y = new float[yo + rows + 3];
      Arrays.fill(y, GUARD);
      float[] parts = y.clone();
      kernels().multiply(w, 0, w.groups(), x, xo, xScales, xso, y, yo);
      int half = w.groups() / 2;
      kernels().multiply(w, half, w.groups(), x, xo, xScales, xso, parts, yo);
      kernels().multiply(w, 0, half, x, xo, xScales, xso, parts, yo);
      assertArrayEquals(y, parts, "a group alone has the bits of the group among others");
      for (int r = 0; r < y.length; r++) {
        double exact = 0;
        double magnitude = 0;
        boolean inside = r >= yo && r < yo + rows;
        for (int c = 0; inside && c < 32 * blocks; c++) {
          int value = w.code(r - yo, c) - (bits == 4 ? 8 : 128);
          double scale = (double) w.scales()[w.scaleAt(r - yo, c / 32)] * xScales[xso + c / 32];
          exact += scale * value * x[xo + c];
          magnitude += Math.abs(scale * value * x[xo + c]);
        }
        double slack = (blocks + 3) * 0x1p-24 * magnitude;
        assertEquals(inside ? exact : GUARD, y[r], slack, rows + " rows of " + bits + " bits");
      }
    }
  }

  @Test
  void blocksOutsideOfTheirArraysAreRefused() {
    Kernels k = kernels();
    float[] f = new float[99];
    short[] x = new short[99];
    byte[] q = new byte[99];
    // blocks, xo, co, step, so: each time one of them is too much
    int[][] all = {
      {4, 0, 0, 32, 0}, {3, 4, 0, 32, 0}, {3, 0, 4, 32, 0}, {3, 0, 0, 34, 0}, {3, 0, 0, 32, 97},
      {-1, 0, 0, 32, 0}, {1, -1, 0, 32, 0}, {1, 0, -1, 32, 0}, {1, 0, 0, 7, 0}, {1, 0, 0, 32, -1},
      {Integer.MAX_VALUE, 0, 0, Integer.MAX_VALUE - 8, 0}
    };
    for (int[] a : all) {
      String what = Arrays.toString(a);
      assertThrows(
          IllegalArgumentException.class,
          () -> k.quantizeInt8(a[0], f, a[1], q, a[2], a[3], f, a[4]),
          what);
      assertThrows(
          IllegalArgumentException.class,
          () -> k.dotBlocksInt8(a[0], q, a[2], a[3], f, a[4], x, a[1]),
          what);
      int[] n = a.clone();
      n[2] += a[2] == 4 ? 40 : 0; // blocks of 16 bytes need fewer
      n[3] += a[3] == 34 ? 12 : 0;
      assertThrows(
          IllegalArgumentException.class,
          () -> k.quantizeInt4(n[0], f, n[1], q, n[2], n[3], f, n[4]),
          what);
      assertThrows(
          IllegalArgumentException.class,
          () -> k.dotBlocksInt4(n[0], q, n[2], n[3], 8, f, n[4], x, n[1]),
          what);
    }
    // bits, rows, blocks, wo, xo, xso, yo
    int[][] gguf = {
      {5, 1, 1, 0, 0, 0, 0}, {8, 3, 1, 0, 0, 0, 0}, {8, 1, 2, 32, 0, 0, 0}, {4, 1, 3, 0, 4, 0, 0},
      {4, 1, 1, 0, 0, 99, 0}, {4, 1, 1, 0, 0, 0, 99}, {4, -1, 1, 0, 0, 0, 0}, {4, 1, 1, -1, 0, 0, 0}
    };
    for (int[] a : gguf) {
      assertThrows(
          IllegalArgumentException.class,
          () -> k.dotsGguf(a[0], a[1], a[2], q, a[3], x, a[4], f, a[5], f, a[6]),
          Arrays.toString(a));
    }
    Interleaved w = new Interleaved(4, 33, 3);
    // from, to, xo, xso, yo
    int[][] bad = {
      {-1, 1, 0, 0, 0},
      {1, 0, 0, 0, 0},
      {0, 3, 0, 0, 0},
      {0, 2, 4, 0, 0},
      {0, 2, -1, 0, 0},
      {0, 2, 0, 97, 0},
      {0, 2, 0, 0, 67},
      {0, 2, 0, 0, -1}
    };
    for (int[] a : bad) {
      assertThrows(
          IllegalArgumentException.class,
          () -> k.multiply(w, a[0], a[1], x, a[2], f, a[3], f, a[4]),
          Arrays.toString(a));
    }
    assertThrows(IllegalArgumentException.class, () -> new Interleaved(5, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Interleaved(8, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Interleaved(8, 1 << 20, 1 << 10));
  }
}
