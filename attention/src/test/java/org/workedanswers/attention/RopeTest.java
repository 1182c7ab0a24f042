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
