package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link Kernels}, held against double precision. A test class for an
 * implementation extends this one and names it; nothing else.
 *
 * <p>Matrices are views with an offset and a stride into larger arrays that are filled with a guard
 * value, so that a write beside an output, or a read beside an input, is seen.
 */
public abstract class KernelsConformance extends PackedConformance {
  private static float at(Matrix m, Op op, int i, int j) {
    return op == Op.N ? m.get(i, j) : m.get(j, i);
  }

  @Test
  void gemmIsTheProductOfDoublePrecision() {
    float[] factors = {0, 1, -0.5f, 2.25f};
    for (int round = 0; round < 220; round++) {
      SeededRandom random = new SeededRandom(round);
      int largest = round % 20 == 0 ? 1025 : 207;
      int m = size(random, largest == 1025 ? 33 : 207);
      int k = size(random, largest);
      int n = size(random, 207);
      Op opA = random.coin() ? Op.N : Op.T;
      Op opB = random.coin() ? Op.N : Op.T;
      Matrix a = opA == Op.N ? guarded(random, m, k) : guarded(random, k, m);
      Matrix b = opB == Op.N ? guarded(random, k, n) : guarded(random, n, k);
      Matrix c = guarded(random, m, n);
      float alpha = factors[random.below(4)];
      float beta = factors[random.below(4)];
      Matrix before = c.copy();
      kernels().gemm(alpha, a, opA, b, opB, beta, c);
      String what = alpha + " " + opA + opB + " " + m + "x" + k + "x" + n + " + " + beta;
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          double absolute = 0;
          for (int p = 0; p < k; p++) {
            double product = (double) at(a, opA, i, p) * at(b, opB, p, j);
            sum += product;
            absolute += Math.abs(product);
          }
          double c0 = before.get(i, j);
          double exact = alpha * sum + beta * c0;
          double bound = bound(k, Math.abs(alpha) * absolute + Math.abs(beta * c0));
          assertEquals(exact, c.get(i, j), bound, what + " at " + i + ", " + j);
        }
      }
      assertTrue(guardIntact(c), "wrote beside C: " + what);
    }
  }

  @Test
  void withBetaZeroTheOutputIsNotReadAndWithAlphaZeroTheInputsAreNot() {
    SeededRandom random = new SeededRandom(1);
    for (Op opB : Op.values()) {
      Matrix a = guarded(random, 7, 33);
      Matrix b = opB == Op.N ? guarded(random, 33, 65) : guarded(random, 65, 33);
      Matrix c = Matrix.zeros(7, 65);
      c.fill(Float.NaN);
      Matrix clean = Matrix.zeros(7, 65);
      kernels().gemm(1, a, Op.N, b, opB, 0, c);
      kernels().gemm(1, a, Op.N, b, opB, 0, clean);
      assertArrayEquals(clean.data(), c.data());
      a.fill(Float.NaN);
      b.fill(Float.NaN);
      c.fill(3);
      kernels().gemm(0, a, Op.N, b, opB, 2, c);
      assertEquals(6, c.get(6, 64));
      kernels().gemm(0, a, Op.N, b, opB, 0, c);
      assertEquals(0, c.get(6, 64));
      Matrix none = Matrix.zeros(7, 0);
      c.fill(Float.NaN);
      kernels().gemm(1, none, Op.N, Matrix.zeros(65, 0), Op.T, 0, c);
      assertEquals(0, c.get(3, 3));
    }
  }

  @Test
  void nanAndInfinityReachTheirRowAndColumnAlone() {
    SeededRandom random = new SeededRandom(2);
    for (Op opA : Op.values()) {
      for (Op opB : Op.values()) {
        Matrix a = opA == Op.N ? guarded(random, 9, 37) : guarded(random, 37, 9);
        Matrix b = opB == Op.N ? guarded(random, 37, 67) : guarded(random, 67, 37);
        Matrix clean = Matrix.zeros(9, 67);
        kernels().gemm(1, a, opA, b, opB, 0, clean);
        set(a, opA, 4, 36, Float.NaN);
        set(b, opB, 11, 66, Float.POSITIVE_INFINITY);
        set(a, opA, 8, 11, 0); // 0 · ∞ is NaN
        Matrix c = Matrix.zeros(9, 67);
        kernels().gemm(1, a, opA, b, opB, 0, c);
        for (int i = 0; i < 9; i++) {
          for (int j = 0; j < 67; j++) {
            float x = c.get(i, j);
            if (i == 4 || (i == 8 && j == 66)) {
              assertTrue(Float.isNaN(x), opA + "" + opB + " " + i + "," + j + " is " + x);
            } else if (j == 66) {
              assertEquals(Math.signum(at(a, opA, i, 11)) * Float.POSITIVE_INFINITY, x);
            } else if (i != 8) {
              assertEquals(clean.get(i, j), x, 1e-4f);
            }
          }
        }
      }
    }
  }

  private static void set(Matrix m, Op op, int i, int j, float x) {
    if (op == Op.N) {
      m.set(i, j, x);
    } else {
      m.set(j, i, x);
    }
  }

  @Test
  void subnormalNumbersAreNotFlushedToZero() {
    int n = 40;
    Matrix a = Matrix.zeros(3, n);
    Matrix b = Matrix.zeros(n, 5);
    a.fill(0x1p-100f);
    b.fill(0x1p-45f); // products are 16 of the smallest subnormal
    Matrix c = Matrix.zeros(3, 5);
    kernels().gemm(1, a, Op.N, b, Op.N, 0, c);
    assertEquals(n * 0x1p-145f, c.get(2, 4));
    float dot = kernels().dot(n, a.data(), 0, b.data(), 0);
    assertEquals(n * 0x1p-145f, dot);
    float[] y = {0x1p-149f, 0x1p-140f};
    kernels().axpy(2, 0x1p-20f, new float[] {0x1p-120f, 0x1p-121f}, 0, y, 0);
    assertEquals(0x1p-140f + 0x1p-149f, y[0]);
    assertEquals(0x1p-140f + 0x1p-141f, y[1]);
  }

  @Test
  void anOutputIsSummedInAnOrderThatDependsOnTheInnerSizeAlone() {
    assumeTrue(kernels().sumsByInnerSizeAlone(), kernels().name() + " does not promise it");
    for (int round = 0; round < 60; round++) {
      SeededRandom random = new SeededRandom(round);
      int m = 1 + random.below(40);
      int k = round == 0 ? 1025 : size(random, 1025);
      int n = 1 + random.below(140);
      Op opA = random.coin() ? Op.N : Op.T;
      Op opB = random.coin() ? Op.N : Op.T;
      Matrix a = opA == Op.N ? guarded(random, m, k) : guarded(random, k, m);
      Matrix b = opB == Op.N ? guarded(random, k, n) : guarded(random, n, k);
      Matrix c = Matrix.zeros(m, n);
      kernels().gemm(1.5f, a, opA, b, opB, 0, c);
      int rows = random.below(m) + 1;
      int from = random.below(m - rows + 1);
      int cols = random.below(n) + 1;
      int left = random.below(n - cols + 1);
      Matrix part = Matrix.zeros(rows, cols);
      Matrix bPart = opB == Op.N ? b.columns(left, left + cols) : b.rows(left, left + cols);
      kernels().gemm(1.5f, opA.rows(a, from, from + rows), opA, bPart, opB, 0, part);
      assertArrayEquals(
          c.rows(from, from + rows).columns(left, left + cols).copy().data(),
          part.data(),
          opA + "" + opB + " " + m + "x" + k + "x" + n);
    }
  }

  @Test
  void aLoopOfThreadsGivesTheBitsOfOneThread() {
    try (Threads threads = Threads.of(3)) {
      for (int round = 0; round < 40; round++) {
        SeededRandom random = new SeededRandom(round);
        int m = size(random, round % 2 == 0 ? 207 : 33);
        int n = size(random, round % 2 == 0 ? 33 : 207);
        Op opA = random.coin() ? Op.N : Op.T;
        Op opB = random.coin() ? Op.N : Op.T;
        Matrix a = opA == Op.N ? guarded(random, m, 33) : guarded(random, 33, m);
        Matrix b = opB == Op.N ? guarded(random, 33, n) : guarded(random, n, 33);
        Matrix c = Matrix.zeros(m, n);
        Matrix d = guarded(random, m, n);
        kernels().gemm(1, a, opA, b, opB, 0, c);
        kernels().gemm(threads, 1, a, opA, b, opB, 0, d);
        if (kernels().sumsByInnerSizeAlone()) {
          assertArrayEquals(c.data(), d.copy().data(), opA + "" + opB + m + "x" + n);
        }
        for (int i = 0; i < m * n; i++) {
          assertEquals(c.data()[i], d.get(i / n, i % n), 1e-4f);
        }
        assertTrue(guardIntact(d));
        kernels().gemm(Loop.sequential(), 1, a, opA, b, opB, 0, d);
        assertArrayEquals(c.data(), d.copy().data());
      }
    }
  }

  @Test
  void shapesThatDoNotFitAreRefusedWithTheShapes() {
    Matrix a = Matrix.zeros(3, 5);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> kernels().gemm(1, a, Op.N, Matrix.zeros(4, 2), Op.N, 0, Matrix.zeros(3, 2)));
    assertTrue(e.getMessage().contains("3 x 5") && e.getMessage().contains("4 x 2"));
    for (Matrix c : new Matrix[] {Matrix.zeros(2, 2), Matrix.zeros(3, 3)}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> kernels().gemm(1, a, Op.N, Matrix.zeros(5, 2), Op.N, 0, c));
      assertThrows(
          IllegalArgumentException.class,
          () -> kernels().gemm(Loop.sequential(), 1, a, Op.N, Matrix.zeros(5, 2), Op.N, 0, c));
    }
    // The product of the sizes passes an int: refused before memory is taken.
    Matrix tall = Matrix.zeros(50_000, 1);
    e =
        assertThrows(
            IllegalArgumentException.class, () -> kernels().multiplyTransposed(tall, tall));
    assertTrue(e.getMessage().contains("50000 x 50000"), e.getMessage());
    Matrix hollow = Matrix.zeros(50_000, 0);
    assertThrows(
        IllegalArgumentException.class, () -> kernels().multiply(hollow, Matrix.zeros(0, 50_000)));
  }

  @Test
  void runsOutsideOfTheirArraysAreRefused() {
    float[] f = new float[8];
    byte[] q = new byte[8];
    Kernels k = kernels();
    for (int[] bad : new int[][] {{9, 0}, {1, 8}, {1, -1}, {-1, 0}, {8, Integer.MAX_VALUE}}) {
      int n = bad[0];
      int o = bad[1];
      assertThrows(IllegalArgumentException.class, () -> k.dot(n, f, o, new float[99], 0));
      assertThrows(IllegalArgumentException.class, () -> k.dot(n, new float[99], 0, f, o));
      float[] y = new float[99];
      int[] at = {0, o, 0};
      assertThrows(IllegalArgumentException.class, () -> k.dots(3, n, new float[99], 0, f, at, y));
      assertThrows(
          IllegalArgumentException.class, () -> k.dots(1, n, f, o, new float[99], new int[1], y));
      assertThrows(IllegalArgumentException.class, () -> k.axpy(n, 1, f, o, new float[99], 0));
      assertThrows(IllegalArgumentException.class, () -> k.axpy(n, 1, new float[99], 0, f, o));
      assertThrows(IllegalArgumentException.class, () -> k.exp(n, f, o, new float[99], 0));
      assertThrows(IllegalArgumentException.class, () -> k.exp(n, new float[99], 0, f, o));
      assertThrows(IllegalArgumentException.class, () -> k.softmaxRow(n, f, o));
      assertThrows(IllegalArgumentException.class, () -> k.dotFloatInt8(n, f, o, new byte[99], 0));
      assertThrows(IllegalArgumentException.class, () -> k.dotFloatInt8(n, new float[99], 0, q, o));
    }
  }

  @Test
  void dotAndAxpyAreThoseOfDoublePrecision() {
    for (int round = 0; round < 120; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = round < SIZES.length ? SIZES[round] : random.below(300);
      int ao = random.below(9);
      int bo = random.below(9);
      float[] a = random.gaussian(1, ao + n + 3, 1).data();
      float[] b = random.gaussian(1, bo + n + 3, 1).data();
      double sum = 0;
      double absolute = 0;
      for (int i = 0; i < n; i++) {
        sum += (double) a[ao + i] * b[bo + i];
        absolute += Math.abs((double) a[ao + i] * b[bo + i]);
      }
      assertEquals(sum, kernels().dot(n, a, ao, b, bo), bound(n, absolute), "n = " + n);
      float alpha = (float) random.gaussian();
      float[] y = b.clone();
      kernels().axpy(n, alpha, a, ao, y, bo);
      for (int i = 0; i < y.length; i++) {
        boolean inside = i >= bo && i < bo + n;
        double exact = inside ? b[i] + (double) alpha * a[ao + i - bo] : b[i];
        double slack = inside ? bound(1, Math.abs(b[i]) + Math.abs(alpha * a[ao + i - bo])) : 0;
        assertEquals(exact, y[i], slack, "n = " + n + ", i = " + i);
      }
    }
    assertTrue(Float.isNaN(kernels().dot(2, new float[] {0, 1}, 0, inf(), 0)));
  }

  @Test
  void dotsAreThoseOfDoublePrecisionWhicheverRowsComeTogether() {
    for (int round = 0; round < 120; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = round < SIZES.length ? SIZES[round] : random.below(300);
      int count = round % 27;
      int xo = random.below(9);
      float[] x = random.gaussian(1, xo + n + 3, 1).data();
      float[] rows = random.gaussian(1, 3 * n + 50, 1).data();
      int[] at = new int[count + random.below(3)];
      for (int i = 0; i < count; i++) {
        at[i] = i == count - 1 ? rows.length - n : random.below(rows.length - n + 1);
      }
      float[] y = new float[count + 2];
      Arrays.fill(y, GUARD);
      kernels().dots(count, n, x, xo, rows, at, y);
      String what = "count = " + count + ", n = " + n;
      for (int i = 0; i < count; i++) {
        double sum = 0;
        double absolute = 0;
        for (int j = 0; j < n; j++) {
          sum += (double) x[xo + j] * rows[at[i] + j];
          absolute += Math.abs((double) x[xo + j] * rows[at[i] + j]);
        }
        assertEquals(sum, y[i], bound(n, absolute), what + " at " + i);
        float[] alone = new float[1];
        kernels().dots(1, n, x, xo, rows, new int[] {at[i]}, alone);
        if (kernels().sumsByInnerSizeAlone()) {
          assertEquals(alone[0], y[i], what + " at " + i);
        }
      }
      assertEquals(GUARD, y[count], what);
      assertEquals(GUARD, y[count + 1], what);
    }
    Kernels k = kernels();
    float[] f = new float[8];
    assertThrows(
        IllegalArgumentException.class, () -> k.dots(2, 8, f, 0, f, new int[1], new float[2]));
    assertThrows(
        IllegalArgumentException.class, () -> k.dots(2, 8, f, 0, f, new int[2], new float[1]));
    assertThrows(
        IllegalArgumentException.class, () -> k.dots(-1, 8, f, 0, f, new int[2], new float[2]));
  }

  /** Held against sums of 64 bits, which are those of 16 where they fit. */
  @Test
  void dotsInt8AreSumsModuloTwoToTheSixteen() {
    int fit = 0;
    for (int round = 0; round < 120; round++) {
      SeededRandom random = new SeededRandom(round);
      int cols = round < SIZES.length ? SIZES[round] : random.below(100);
      int rows = random.below(100);
      int xo = random.below(5);
      int yo = random.below(3);
      byte[] rowBytes = bytes(random, rows * cols + 2);
      byte[] x = round % 2 == 0 ? bytes(random, xo + cols + 2) : few(random, xo + cols + 2);
      InterleavedBytes w = new InterleavedBytes(rows, cols);
      for (int r = 0; r < rows; r++) {
        w.put(r, rowBytes, r * cols + 1);
      }
      int from = random.below(w.groups() + 1);
      int to = from + random.below(w.groups() - from + 1);
      short[] y = new short[yo + (to - from) * InterleavedBytes.ROWS + 2];
      Arrays.fill(y, (short) -7);
      kernels().dotsInt8(w, from, to, x, xo, y, yo);
      for (int i = 0; i < y.length; i++) {
        int r = from * InterleavedBytes.ROWS + i - yo;
        long sum = 0;
        for (int c = 0; c < cols && r < rows && i >= yo; c++) {
          sum += (long) rowBytes[r * cols + 1 + c] * x[xo + c];
        }
        boolean inside = i >= yo && i < y.length - 2;
        assertEquals(inside ? (short) sum : -7, y[i], rows + " rows of " + cols + " at " + i);
        fit += inside && sum == (short) sum ? 1 : 0;
      }
    }
    assertTrue(fit > 500, fit + " sums fit 16 bits");
  }

  /** Of bytes as large as is allowed, of one sign too, at the ends of arrays, rows together. */
  @Test
  void dotsInt8OfRowsAreExact() {
    int large = 0;
    for (int round = 0; round < 200; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = round < SIZES.length ? SIZES[round] : random.below(400);
      int count = round % 27;
      int xo = random.below(9);
      byte[] x = new byte[xo + n];
      byte[] rows = new byte[3 * n + 50];
      // Over n/16 columns, and one more that may not fill up: ‖x‖² = ‖row‖² < 2¹⁵
      int most = (int) Math.min(127, Math.sqrt(Short.MAX_VALUE / (n / 16 + 1)));
      for (byte[] bytes : new byte[][] {x, rows}) {
        for (int j = 0; j < bytes.length; j++) {
          bytes[j] =
              (byte)
                  switch (round % 3) {
                    case 0 -> most;
                    case 1 -> bytes == x ? -most : most;
                    default -> random.below(2 * most + 1) - most;
                  };
        }
      }
      int[] at = new int[count + random.below(3)];
      for (int i = 0; i < count; i++) {
        at[i] = i == count - 1 ? rows.length - n : random.below(rows.length - n + 1);
      }
      int[] y = new int[count + 2];
      Arrays.fill(y, -7);
      kernels().dotsInt8(count, n, x, xo, rows, at, y);
      for (int i = 0; i < y.length; i++) {
        int sum = i < count ? 0 : -7;
        for (int j = 0; i < count && j < n; j++) {
          sum += x[xo + j] * rows[at[i] + j];
        }
        assertEquals(sum, y[i], "count = " + count + ", n = " + n + " at " + i);
        large += Math.abs(sum) > 300_000 ? 1 : 0;
      }
    }
    assertTrue(large > 100, large + " sums do not fit 16 bits");
    Kernels k = kernels();
    byte[] b = new byte[8];
    k.dotsInt8(2, 8, b, 0, b, new int[2], new int[2]);
    // count, n, xo, place of a row, places, sums: each time one of them is too much
    for (int[] a :
        new int[][] {
          {2, 8, 0, 0, 1, 2},
          {2, 8, 0, 0, 2, 1},
          {-1, 8, 0, 0, 2, 2},
          {2, 9, 0, 0, 2, 2},
          {2, -1, 0, 0, 2, 2},
          {2, 8, 1, 0, 2, 2},
          {2, 8, -1, 0, 2, 2},
          {2, 8, 0, 1, 2, 2},
          {2, 8, 0, -1, 2, 2}
        }) {
      int[] at = new int[a[4]];
      at[at.length - 1] = a[3];
      assertThrows(
          IllegalArgumentException.class,
          () -> k.dotsInt8(a[0], a[1], b, a[2], b, at, new int[a[5]]),
          Arrays.toString(a));
    }
  }

  private static byte[] few(SeededRandom random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (random.below(3) - 1);
    }
    return bytes;
  }

  @Test
  void dotsInt8OutsideOfTheirArraysAreRefused() {
    InterleavedBytes w = new InterleavedBytes(40, 3);
    byte[] x = new byte[4];
    short[] y = new short[65];
    Kernels k = kernels();
    k.dotsInt8(w, 0, 2, x, 1, y, 1);
    k.dotsInt8(w, 2, 2, x, 1, y, 65);
    for (int[] bad :
        new int[][] {
          {-1, 2, 0, 0},
          {2, 1, 0, 0},
          {0, 3, 0, 0},
          {0, 1, 2, 0},
          {0, 1, -1, 0},
          {0, 2, 0, 2},
          {0, 1, 0, -1}
        }) {
      assertThrows(
          IllegalArgumentException.class,
          () -> k.dotsInt8(w, bad[0], bad[1], x, bad[2], y, bad[3]),
          Arrays.toString(bad));
    }
  }

  /** Any bytes, the ends of the range more often than others. */
  private static byte[] bytes(SeededRandom random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      int any = random.below(256) - 128;
      bytes[i] = (byte) (random.coin() ? any : any < 0 ? -128 : 127);
    }
    return bytes;
  }

  private static float[] inf() {
    return new float[] {Float.POSITIVE_INFINITY, 1};
  }

  @Test
  void expIsWithinTwoUlps() {
    int n = 300_007;
    SeededRandom random = new SeededRandom(5);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] =
          (float)
              switch (i % 4) {
                case 0 -> random.uniform(-90, 89.5);
                case 1 -> random.uniform(-104.5, -86);
                case 2 -> random.gaussian();
                default -> random.gaussian() * Math.pow(2, -random.below(40));
              };
    }
    float[] y = new float[n];
    kernels().exp(n, x, 0, y, 0);
    double worst = 0;
    for (int i = 0; i < n; i++) {
      double exact = Math.exp((double) x[i]);
      if (exact > Float.MAX_VALUE) {
        assertTrue(y[i] == Float.POSITIVE_INFINITY || y[i] == Float.MAX_VALUE, "e^" + x[i]);
        continue;
      }
      double ulp = Math.max(0x1p-149, Math.ulp((float) exact));
      worst = Math.max(worst, Math.abs(y[i] - exact) / ulp);
      assertTrue(Math.abs(y[i] - exact) <= 2 * ulp, "e^" + x[i] + " = " + exact + ", not " + y[i]);
    }
    System.out.printf("%s: exp is within %.2f ulp%n", kernels().name(), worst);
  }

  @Test
  void expOfSpecialValues() {
    float[] x = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0,
      -0f,
      88.8f,
      Float.MAX_VALUE,
      -110,
      -Float.MAX_VALUE,
      Float.MIN_VALUE,
      1e9f,
      -1e9f
    };
    float[] want = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      0,
      1,
      1,
      Float.POSITIVE_INFINITY,
      Float.POSITIVE_INFINITY,
      0,
      0,
      1,
      Float.POSITIVE_INFINITY,
      0
    };
    for (int n : new int[] {0, 1, 3, 12}) {
      for (int start = 0; start + n <= x.length; start++) {
        float[] y = x.clone();
        kernels().exp(n, y, start, y, start); // in place
        for (int i = 0; i < x.length; i++) {
          assertEquals(i >= start && i < start + n ? want[i] : x[i], y[i]);
        }
      }
    }
    // Every special value at every place of a vector.
    for (int place = 0; place < 40; place++) {
      for (int s = 0; s < x.length; s++) {
        float[] y = new float[41];
        y[place] = x[s];
        kernels().exp(41, y, 0, y, 0);
        assertEquals(want[s], y[place]);
        assertEquals(1, y[40]);
      }
    }
  }

  @Test
  void softmaxIsThatOfDoublePrecision() {
    for (int round = 0; round < 160; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = round < SIZES.length ? SIZES[round] : random.below(300);
      int o = random.below(9);
      double spread = round % 3 == 0 ? 1 : round % 3 == 1 ? 30 : 1e-3;
      double shift = round % 5 == 0 ? 1e4 : 0;
      double masked = round % 4 == 0 ? 0.5 : 0;
      float[] x = new float[o + n + 3];
      Arrays.fill(x, GUARD);
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        x[o + i] =
            random.uniform() < masked
                ? Float.NEGATIVE_INFINITY
                : (float) (shift + spread * random.gaussian());
        max = Math.max(max, x[o + i]);
      }
      float[] y = x.clone();
      kernels().softmaxRow(n, y, o);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += Math.exp(x[o + i] - max);
      }
      for (int i = 0; i < y.length; i++) {
        if (i < o || i >= o + n) {
          assertEquals(GUARD, y[i], "wrote beside the row");
        } else if (max == Double.NEGATIVE_INFINITY) {
          assertEquals(0, y[i]);
        } else {
          double exact = Math.exp(x[i] - max) / sum;
          assertEquals(exact, y[i], (n + 8) * 0x1p-23 * exact + 0x1p-126, "n " + n + " i " + i);
        }
      }
    }
  }

  @Test
  void softmaxOfSpecialRows() {
    for (int n : new int[] {1, 2, 7, 16, 17, 33, 64, 65}) {
      for (int place = 0; place < n; place++) {
        float[] x = new float[n];
        Arrays.fill(x, Float.NEGATIVE_INFINITY);
        kernels().softmaxRow(n, x, 0);
        assertArrayEquals(new float[n], x, "a row with nothing to attend to");

        Arrays.fill(x, Float.NEGATIVE_INFINITY);
        x[place] = -7;
        kernels().softmaxRow(n, x, 0);
        float[] one = new float[n];
        one[place] = 1;
        assertArrayEquals(one, x);

        float negativeNan = Float.intBitsToFloat(0xffc0_0001);
        for (float bad : new float[] {Float.NaN, negativeNan, Float.POSITIVE_INFINITY}) {
          for (float others : new float[] {2, -1000, Float.NEGATIVE_INFINITY}) {
            Arrays.fill(x, others);
            x[place] = bad;
            kernels().softmaxRow(n, x, 0);
            for (float w : x) {
              assertTrue(Float.isNaN(w), bad + " at " + place + " of " + n + " gave " + w);
            }
          }
        }
      }
    }
    Matrix m = Matrix.view(new float[20], 1, 3, 4, 6);
    kernels().softmaxRows(m);
    assertEquals(0.25f, m.get(2, 3));
    assertTrue(guardIntact(guarded(new SeededRandom(1), 0, 3)));
  }

  @Test
  void dotsOfFloatsAndBytesAreThoseOfDoublePrecision() {
    for (int round = 0; round < 150; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = round < SIZES.length ? SIZES[round] : random.below(300);
      int ao = random.below(9);
      int bo = random.below(9);
      byte[] b = bytes(random, bo + n + 4, round % 3 == 0);
      float[] x = random.gaussian(1, ao + n + 3, 1).data();
      double exact = 0;
      double absolute = 0;
      for (int i = 0; i < n; i++) {
        exact += (double) x[ao + i] * b[bo + i];
        absolute += Math.abs((double) x[ao + i] * b[bo + i]);
      }
      assertEquals(exact, kernels().dotFloatInt8(n, x, ao, b, bo), bound(n, absolute));
    }
  }
}
