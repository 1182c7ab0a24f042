package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.attention.Rope.Pairing;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class RopeTest {
  /** Column c of interleaved order for column c of half-split order. */
  private static int interleaved(int c, int d) {
    return c < d / 2 ? 2 * c : 2 * (c - d / 2) + 1;
  }

  @Test
  void aQuarterTurn() {
    Rope rope = new Rope(new double[] {Math.PI / 2, Math.PI}, Pairing.INTERLEAVED);
    Matrix x = Matrix.of(new float[][] {{1, 2, 3, 4}, {1, 2, 3, 4}});
    rope.rotate(x, 0);
    assertArrayEquals(new float[] {1, 2, 3, 4}, x.row(0), "position 0 turns nothing");
    assertArrayEquals(new float[] {-2, 1, -3, -4}, x.row(1), 1e-6f);

    Rope split = new Rope(new double[] {Math.PI / 2, Math.PI}, Pairing.HALF_SPLIT);
    Matrix y = Matrix.of(new float[][] {{1, 2, 3, 4}});
    split.rotate(y, new int[] {1});
    assertArrayEquals(new float[] {-3, -2, 1, -4}, y.row(0), 1e-6f);
  }

  @Test
  void frequenciesFallFromOneToNearlyOneOverTheBase() {
    assertArrayEquals(new double[] {1, 0.1, 0.01, 0.001}, Rope.frequencies(8, 10_000), 1e-15);
    assertArrayEquals(new double[] {1, 1.0 / 16}, Rope.frequencies(4, 256), 1e-15);
    assertEquals(8, Rope.of(8, Pairing.INTERLEAVED).width());
  }

  /** The same rotation under another order of columns, and not the same without. */
  @Test
  void pairingsDifferByAnOrderOfColumns() {
    SeededRandom random = new SeededRandom(3);
    int d = 10;
    Matrix x = random.gaussian(9, d, 1);
    Matrix reordered = Matrix.zeros(9, d);
    for (int i = 0; i < 9; i++) {
      for (int c = 0; c < d; c++) {
        reordered.set(i, c, x.get(i, interleaved(c, d)));
      }
    }
    Matrix mixedUp = x.copy();
    Rope.of(d, Pairing.HALF_SPLIT).rotate(mixedUp, 5);
    Rope.of(d, Pairing.INTERLEAVED).rotate(x, 5);
    Rope.of(d, Pairing.HALF_SPLIT).rotate(reordered, 5);
    double apart = 0;
    for (int i = 0; i < 9; i++) {
      for (int c = 0; c < d; c++) {
        assertEquals(x.get(i, interleaved(c, d)), reordered.get(i, c));
        apart = Math.max(apart, Math.abs(mixedUp.get(i, c) - x.get(i, c)));
      }
    }
    assertTrue(apart > 0.1, "mixing them up is seen");
  }

  @ParameterizedTest
  @EnumSource
  void scoresDependOnTheOffsetAlone(Pairing pairing) {
    SeededRandom random = new SeededRandom(7);
    for (int d : new int[] {2, 4, 6, 64, 130}) {
      Rope rope = Rope.of(d, pairing);
      Matrix q = random.gaussian(1, d, 1);
      Matrix k = random.gaussian(1, d, 1);
      double first = score(rope, q, 7, k, 3);
      for (int shift : new int[] {1, 100, 4096, 1_000_000}) {
        assertEquals(first, score(rope, q, 7 + shift, k, 3 + shift), 1e-4, "shift " + shift);
      }
      assertTrue(Math.abs(first - score(rope, q, 8, k, 3)) > 1e-3, "and on the offset it does");
    }
  }

  private static double score(Rope rope, Matrix q, int atQ, Matrix k, int atK) {
    Matrix turnedQ = q.copy();
    Matrix turnedK = k.copy();
    rope.rotate(turnedQ, atQ);
    rope.rotate(turnedK, atK);
    return PlainKernels.PLAIN.multiplyTransposed(turnedQ, turnedK).get(0, 0);
  }

  @ParameterizedTest
  @EnumSource
  void headsSideBySideAndViews(Pairing pairing) {
    SeededRandom random = new SeededRandom(11);
    Rope rope = Rope.of(6, pairing);
    Matrix x = Reference.view(random, 13, 4 * 6);
    Matrix before = x.copy();
    rope.rotate(x, 40);
    for (int head = 0; head < 4; head++) {
      for (int i = 0; i < 13; i++) { // each token alone: cached as uncached
        Matrix one = before.rows(i, i + 1).columns(head * 6, head * 6 + 6);
        rope.rotate(one, 40 + i);
      }
    }
    assertArrayEquals(before.toArray(), x.toArray());
    for (int i = 0; i < x.rows(); i++) {
      Arrays.fill(x.data(), x.index(i, 0), x.index(i, 0) + x.cols(), Float.NaN);
    }
    for (float value : x.data()) {
      assertTrue(Float.isNaN(value), "nothing beside the view was written");
    }
  }

  /**
   * As it was before there were scalings: float cosine and sine of a double angle, two products.
   */
  @ParameterizedTest
  @EnumSource
  void plainBitsAreThoseOfTheFormula(Pairing pairing) {
    SeededRandom random = new SeededRandom(13);
    for (int d : new int[] {2, 6, 64, 130}) {
      Rope rope = Rope.of(d, pairing);
      Rope scaled = Rope.of(d, Rope.BASE, RopeScaling.plain(), 9, pairing);
      for (int round = 0; round < 20; round++) {
        Matrix x = random.gaussian(1, d, 1);
        Matrix y = x.copy();
        Matrix z = x.copy();
        int t = random.below(round % 2 == 0 ? 100 : 1_000_000);
        rope.rotate(x, t);
        scaled.rotate(y, new int[] {t});
        for (int p = 0; p < d / 2; p++) {
          double angle = t * Math.pow(10_000, -2.0 * p / d);
          float cos = (float) Math.cos(angle);
          float sin = (float) Math.sin(angle);
          int one = pairing == Pairing.INTERLEAVED ? 2 * p : p;
          int other = pairing == Pairing.INTERLEAVED ? 2 * p + 1 : p + d / 2;
          float a = z.get(0, one);
          float b = z.get(0, other);
          z.set(0, one, a * cos - b * sin);
          z.set(0, other, a * sin + b * cos);
        }
        assertArrayEquals(z.row(0), x.row(0), "d " + d + ", position " + t);
        assertArrayEquals(z.row(0), y.row(0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTableGivesTheSameBits(Pairing pairing) {
    SeededRandom random = new SeededRandom(17);
    for (int d : new int[] {2, 6, 34}) {
      Rope rope = new Rope(Rope.frequencies(d, 500), 1.25, pairing);
      RopeTable table = rope.table(50);
      assertEquals(50, table.positions());
      assertEquals(d, table.width());
      assertEquals(pairing, table.pairing());
      for (int round = 0; round < 30; round++) {
        int rows = random.below(50);
        int first = random.below(51 - rows);
        Matrix x = Reference.view(random, rows, 3 * d);
        Matrix y = x.copy();
        rope.rotate(x, first);
        table.rotate(y, first);
        assertArrayEquals(x.toArray(), y.toArray());
      }
    }
    assertEquals(0, Rope.of(4, pairing).table(0).positions());
  }

  /** A turned vector is longer by the attention factor, and a score by its square. */
  @ParameterizedTest
  @EnumSource
  void theAttentionFactorLengthens(Pairing pairing) {
    SeededRandom random = new SeededRandom(19);
    Rope rope = new Rope(Rope.frequencies(8, 10_000), 1.5, pairing);
    Matrix x = random.gaussian(5, 8, 1);
    Matrix y = x.copy();
    Rope.of(8, pairing).rotate(x, 3);
    rope.rotate(y, 3);
    for (int i = 0; i < 5; i++) {
      for (int c = 0; c < 8; c++) {
        assertEquals(1.5 * x.get(i, c), y.get(i, c), 1e-6);
      }
    }
    assertEquals(1.5, rope.attentionFactor());
    assertArrayEquals(Rope.frequencies(8, 10_000), rope.frequencies());
    rope.frequencies()[0] = 7;
    assertEquals(1, rope.frequencies()[0], "a copy");
  }

  @Test
  void refusalsOfTablesAndFactors() {
    RopeTable table = Rope.of(4, Pairing.INTERLEAVED).table(10);
    assertRefused(
        "3 positions from 8 on are not among the table's 10",
        () -> table.rotate(Matrix.zeros(3, 4), 8));
    assertRefused(
        "0 positions from -1 on are not among the table's 10",
        () -> table.rotate(Matrix.zeros(0, 4), -1));
    assertRefused(
        "x is 1 x 6: its width must be a multiple of d = 4",
        () -> table.rotate(Matrix.zeros(1, 6), 0));
    assertRefused(
        "table is -1 x 2: sizes must not be negative",
        () -> Rope.of(4, Pairing.INTERLEAVED).table(-1));
    assertRefused(
        "table is 2147483647 x 64: its elements pass the 2147483639 that one Java array can hold",
        () -> Rope.of(128, Pairing.INTERLEAVED).table(Integer.MAX_VALUE));
    assertRefused(
        "attentionFactor is 0.0: it must be a finite number above 0",
        () -> new Rope(new double[] {1}, 0, Pairing.INTERLEAVED));
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void refusals() {
    assertThrows(IllegalArgumentException.class, () -> Rope.of(7, Pairing.INTERLEAVED));
    assertThrows(IllegalArgumentException.class, () -> Rope.of(0, Pairing.INTERLEAVED));
    assertThrows(IllegalArgumentException.class, () -> Rope.frequencies(8, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Rope(new double[] {Double.NaN}, Pairing.INTERLEAVED));
    Rope rope = Rope.of(8, Pairing.INTERLEAVED);
    String message =
        assertThrows(IllegalArgumentException.class, () -> rope.rotate(Matrix.zeros(3, 12), 0))
            .getMessage();
    assertEquals("x is 3 x 12: its width must be a multiple of d = 8", message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> rope.rotate(Matrix.zeros(3, 8), new int[] {1, 2}))
            .getMessage();
    assertEquals("x is 3 x 8 and there are 2 positions: one a row is needed", message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> rope.rotate(Matrix.zeros(3, 8), Integer.MAX_VALUE - 1))
            .getMessage();
    assertEquals("3 positions from 2147483646 on pass 2147483647, the last there is", message);
    rope.rotate(Matrix.zeros(2, 8), Integer.MAX_VALUE - 1);
    rope.rotate(Matrix.zeros(0, 8), 0);
  }
}
