package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link KernelsConformance} on products with a packed matrix and the online softmax,
 * both held against double precision; and what the parts share: awkward sizes, matrices with a
 * guard around them, the bound of a sum.
 */
abstract class PackedConformance extends GeluConformance {
  static final int[] SIZES = {0, 1, 2, 3, 7, 17, 31, 33, 64, 65, 207, 1025};

  static double bound(int n, double absoluteSum) {
    return (n + 2) * (0x1p-23 * absoluteSum + 0x1p-149);
  }

  static int size(SeededRandom random, int largest) {
    int size;
    do {
      size = SIZES[random.below(SIZES.length)];
    } while (size > largest);
    return size;
  }

  static Matrix guarded(SeededRandom random, int rows, int cols) {
    int offset = random.below(5);
    int stride = cols + random.below(4);
    float[] data = new float[offset + rows * stride + 3];
    Arrays.fill(data, GUARD);
    Matrix m = Matrix.view(data, offset, rows, cols, stride);
    m.set(random.gaussian(rows, cols, 1));
    return m;
  }

  static boolean guardIntact(Matrix m) {
    Matrix inside = Matrix.view(m.data().clone(), m.offset(), m.rows(), m.cols(), m.stride());
    inside.fill(GUARD);
    for (float x : inside.data()) {
      if (x != GUARD) {
        return false;
      }
    }
    return true;
  }

  private static Packed packed(Matrix m, int width) {
    Packed p = new Packed(m.rows(), m.cols(), width);
    p.set(m, Op.N);
    return p;
  }

  @Test
  void productWithAPackedMatrixIsThatOfDoublePrecision() {
    int width = kernels().panelWidth();
    for (int round = 0; round < 80; round++) {
      SeededRandom random = new SeededRandom(round);
      Matrix b = random.gaussian(size(random, 207), size(random, 207), 1);
      int m = size(random, 65);
      int k = random.below(b.rows() + 1);
      int row = random.below(b.rows() - k + 1);
      int panels = (b.cols() + width - 1) / width;
      int n = random.below(panels + 1);
      int col = random.below(panels - n + 1) * width;
      Matrix a = guarded(random, m, k);
      Matrix c = guarded(random, m, n * width);
      boolean add = random.coin();
      Matrix before = c.copy();
      if (!add) {
        c.fill(Float.NaN); // not read
      }
      kernels().gemm(a, packed(b, width), row, col, add, c);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < c.cols(); j++) {
          double sum = add ? before.get(i, j) : 0;
          double absolute = Math.abs(sum);
          for (int p = 0; p < k && col + j < b.cols(); p++) {
            double product = (double) a.get(i, p) * b.get(row + p, col + j);
            sum += product;
            absolute += Math.abs(product);
          }
          String what = "round %d: A %s, B %s from (%d, %d)".formatted(round, a, b, row, col);
          assertEquals(sum, c.get(i, j), bound(k + 1, absolute), what);
        }
      }
      assertTrue(guardIntact(c), "wrote beside C");
    }
  }

  /** So attention over the keys so far equals attention under a mask that leaves out the others. */
  @Test
  void zerosBeforeAndAfterLeaveTheBitsOfAPackedProduct() {
    assumeTrue(kernels().sumsByInnerSizeAlone(), kernels().name() + " does not promise it");
    int width = kernels().panelWidth();
    for (int round = 0; round < 40; round++) {
      SeededRandom random = new SeededRandom(round);
      int m = 1 + random.below(9);
      int k = (1 + random.below(4)) * width;
      int before = random.below(3) * width;
      int after = random.below(3) * width;
      Packed b = packed(random.gaussian(before + k + after, 2 * width, 1), width);
      Matrix a = Matrix.zeros(m, before + k + after);
      Matrix inner = a.columns(before, before + k);
      inner.set(random.gaussian(m, k, 1));
      Matrix whole = Matrix.zeros(m, 2 * width);
      kernels().gemm(a, b, 0, 0, false, whole);
      Matrix part = Matrix.zeros(m, 2 * width);
      kernels().gemm(inner, b, before, 0, true, part);
      assertArrayEquals(whole.data(), part.data());
      int i = random.below(m);
      Matrix alone = Matrix.zeros(1, 2 * width);
      kernels().gemm(inner.rows(i, i + 1), b, before, 0, false, alone);
      assertArrayEquals(whole.row(i), alone.row(0));
    }
  }

  @Test
  void partsOfAPackedMatrixThatDoNotFitAreRefused() {
    int width = kernels().panelWidth();
    Packed b = packed(Matrix.zeros(5, width + 1), width);
    Matrix c = Matrix.zeros(2, width);
    kernels().gemm(Matrix.zeros(2, 5), b, 0, width, false, c);
    for (int[] bad : new int[][] {{1, 0}, {-1, 0}, {0, 1}, {0, -width}, {0, 2 * width}}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> kernels().gemm(Matrix.zeros(2, 5), b, bad[0], bad[1], false, c));
      assertTrue(e.getMessage().contains("2 x 5"), e.getMessage());
    }
    Matrix narrow = Matrix.zeros(2, width - 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> kernels().gemm(Matrix.zeros(2, 5), b, 0, 0, false, narrow));
    Matrix low = Matrix.zeros(1, width);
    assertThrows(
        IllegalArgumentException.class,
        () -> kernels().gemm(Matrix.zeros(2, 5), b, 0, 0, false, low));
    Packed other = packed(Matrix.zeros(5, width), width + 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> kernels().gemm(Matrix.zeros(2, 5), other, 0, 0, false, c));
  }

  @Test
  void onlineSoftmaxOfBlocksIsThatOfDoublePrecision() {
    for (int round = 0; round < 60; round++) {
      SeededRandom random = new SeededRandom(round);
      int rows = 1 + random.below(5);
      double spread = round % 3 == 0 ? 1 : round % 3 == 1 ? 60 : 1e-3;
      double shift = round % 5 == 0 ? -300 : 0;
      double masked = round % 4 == 0 ? 0.7 : 0;
      float[] max = new float[rows];
      float[] sum = new float[rows];
      float[] alpha = new float[rows];
      Arrays.fill(max, Float.NEGATIVE_INFINITY);
      for (int block = 0; block < 4; block++) {
        Matrix s = guarded(random, rows, size(random, 207));
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < s.cols(); j++) {
            boolean out = random.uniform() < masked || (round % 7 == 0 && block == i);
            double score = shift + spread * s.get(i, j);
            s.set(i, j, out ? Float.NEGATIVE_INFINITY : (float) score);
          }
        }
        Matrix scores = s.copy();
        float[] maxBefore = max.clone();
        float[] sumBefore = sum.clone();
        kernels().onlineSoftmax(s, max, sum, alpha);
        assertTrue(guardIntact(s), "wrote beside S");
        for (int i = 0; i < rows; i++) {
          assertOnline(
              scores.row(i), s.row(i), maxBefore[i], max[i], alpha[i], sumBefore[i], sum[i]);
        }
      }
    }
  }

  private static void assertOnline(
      float[] s, float[] p, float before, float m, float alpha, float sumBefore, float sum) {
    float largest = before;
    for (float x : s) {
      largest = Math.max(largest, x);
    }
    assertEquals(largest, m);
    if (m == Float.NEGATIVE_INFINITY) {
      assertArrayEquals(new float[s.length], p);
      assertEquals(1, alpha);
      assertEquals(0, sum);
      return;
    }
    double factor = Math.exp((double) before - m);
    double old = Math.max(before, -1e9); // e^-∞ is as exact as e^-10⁹
    assertEquals(factor, alpha, factor * (4 + Math.abs(old) + Math.abs(m)) * 0x1p-23 + 0x1p-126);
    double total = (double) alpha * sumBefore;
    for (int j = 0; j < s.length; j++) {
      double exact = Math.exp((double) s[j] - m);
      double score = Math.max(s[j], -1e9);
      double slack = exact * (4 + Math.abs(score) + Math.abs(m)) * 0x1p-23 + 0x1p-126;
      assertEquals(exact, p[j], slack, "score " + s[j] + ", m " + m);
      total += p[j];
    }
    assertEquals(total, sum, bound(s.length + 1, total));
  }

  @Test
  void columnsOfMinusInfinityLeaveTheBitsOfAnOnlineSoftmax() {
    assumeTrue(kernels().sumsByInnerSizeAlone(), kernels().name() + " does not promise it");
    int width = kernels().panelWidth();
    for (int round = 0; round < 40; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = (1 + random.below(4)) * width;
      int before = random.below(3) * width;
      int after = random.below(3) * width;
      Matrix whole = Matrix.zeros(2, before + n + after);
      whole.fill(Float.NEGATIVE_INFINITY);
      Matrix part = random.gaussian(2, n, 3);
      whole.columns(before, before + n).set(part);
      float[][] a = {{-1, 2}, {3, 4}, {0, 0}};
      float[][] b = {{-1, 2}, {3, 4}, {0, 0}};
      kernels().onlineSoftmax(whole, a[0], a[1], a[2]);
      kernels().onlineSoftmax(part, b[0], b[1], b[2]);
      assertArrayEquals(a, b);
      assertArrayEquals(part.data(), whole.columns(before, before + n).copy().data());
    }
  }

  @Test
  void onlineSoftmaxOfScoresNearTheLargestFloat() {
    for (int n : new int[] {2, 7, 16, 33, 65}) {
      for (float large : new float[] {-3e38f, 3e38f}) {
        Matrix s = Matrix.zeros(1, n);
        s.fill(large);
        s.set(0, n - 1, -3.3e38f);
        float[] max = {-3.2e38f};
        float[] sum = {5};
        float[] alpha = new float[1];
        kernels().onlineSoftmax(s, max, sum, alpha);
        assertEquals(large, max[0]);
        assertEquals(0, alpha[0]);
        assertEquals(n - 1, sum[0]);
        for (int j = 0; j < n; j++) {
          assertEquals(j < n - 1 ? 1 : 0, s.get(0, j), "weight " + j + " of " + n);
        }
      }
    }
  }

  /** Neighbouring floats far from 0: e to the power of a large number is 0, of 0 it is 1. */
  @Test
  void onlineSoftmaxOfLargeScores() {
    for (int n : new int[] {2, 7, 16, 33}) {
      for (float v = 1e5f; v < 1e38f; v *= 3) {
        for (float sign : new float[] {1, -1}) {
          Matrix s = Matrix.zeros(1, n);
          float largest = sign > 0 ? v : Math.nextUp(-v);
          Arrays.fill(s.data(), Math.nextDown(largest));
          s.data()[n / 2] = largest;
          double step = (double) largest - Math.nextDown(largest);
          float[] max = {Float.NEGATIVE_INFINITY};
          float[] sum = {0};
          kernels().onlineSoftmax(s, max, sum, new float[1]);
          double rest = Math.exp(-step);
          double total = 1 + (n - 1) * rest;
          String where = n + " scores of " + largest;
          for (int j = 0; j < n; j++) {
            double share = s.data()[j] / (double) sum[0];
            assertEquals((j == n / 2 ? 1 : rest) / total, share, 1e-5, where);
          }
        }
      }
    }
  }

  @Test
  void onlineSoftmaxOfSpecialRows() {
    for (int n : new int[] {0, 1, 7, 16, 33, 65}) {
      float[] max = {Float.NEGATIVE_INFINITY, 5};
      float[] sum = {0, 2};
      float[] alpha = new float[2];
      Matrix s = Matrix.zeros(2, n);
      s.fill(Float.NEGATIVE_INFINITY);
      kernels().onlineSoftmax(s, max, sum, alpha);
      assertArrayEquals(new float[2 * n], s.data(), "a masked score weighs nothing");
      assertArrayEquals(new float[] {Float.NEGATIVE_INFINITY, 5}, max);
      assertArrayEquals(new float[] {0, 2}, sum);
      assertArrayEquals(new float[] {1, 1}, alpha);
      for (int place = 0; place < n; place++) {
        for (float bad : new float[] {Float.NaN, -Float.NaN, Float.POSITIVE_INFINITY}) {
          s.fill(1);
          s.set(0, place, bad);
          float[] m = max.clone();
          float[] l = sum.clone();
          kernels().onlineSoftmax(s, m, l, alpha);
          assertTrue(Float.isNaN(l[0]), bad + " at " + place + " of " + n + " gave " + l[0]);
          assertEquals(2 + n * Math.exp(-4), l[1], 1e-4, "the other row");
          s.fill(2);
          kernels().onlineSoftmax(s, m, l, alpha);
          assertTrue(Float.isNaN(l[0]), "later blocks don't mend it");
        }
      }
    }
    Matrix s = Matrix.zeros(2, 3);
    float[] one = new float[1];
    float[] two = new float[2];
    assertThrows(
        IllegalArgumentException.class, () -> kernels().onlineSoftmax(s, one, two, two.clone()));
    assertThrows(
        IllegalArgumentException.class, () -> kernels().onlineSoftmax(s, two, one, two.clone()));
    assertThrows(
        IllegalArgumentException.class, () -> kernels().onlineSoftmax(s, two, two.clone(), one));
  }
}
