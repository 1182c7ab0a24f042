package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** What every form promises, on all kernels. */
class AttentionContractTest {
  private static final int[] SIZES = {1, 2, 3, 7, 17, 31, 33, 64, 65, 130};
  private static final int[] WIDTHS = {1, 2, 3, 7, 17, 32, 33, 64};

  static List<Attention> forms() {
    return Forms.all();
  }

  private static int one(SeededRandom random, int[] of) {
    return of[random.below(of.length)];
  }

  @Test
  void equalsDoublePrecision() {
    SeededRandom random = new SeededRandom(4);
    for (int round = 0; round < 20 * Reference.MASK_KINDS; round++) {
      int m = one(random, SIZES);
      int n = random.coin() ? m : one(random, SIZES);
      int dk = one(random, WIDTHS);
      Matrix q = Reference.view(random, n, dk);
      Matrix k = Reference.view(random, m, dk);
      Matrix v = Reference.view(random, m, random.below(4) == 0 ? dk : one(random, WIDTHS));
      Mask mask = Reference.mask(random, round % Reference.MASK_KINDS, n, m);
      Reference.Expected expected = Reference.attend(q, k, v, mask);
      Matrix output = Reference.view(random, n, v.cols());
      for (Attention form : forms()) {
        output.fill(round % 2 == 0 ? Float.NaN : 7); // what stood there must not matter
        form.attend(q, k, v, mask, output);
        String what =
            "%s, round %d: q %s, k %s, v %s, %s".formatted(form.name(), round, q, k, v, mask);
        assertClose(expected, output, what);
        assertNothingElseWritten(output, what);
      }
    }
  }

  static void assertClose(Reference.Expected expected, Matrix output, String what) {
    for (int i = 0; i < output.rows(); i++) {
      for (int c = 0; c < output.cols(); c++) {
        assertEquals(
            expected.output()[i][c],
            output.get(i, c),
            expected.tolerance()[i][c],
            what + ", element " + i + ", " + c);
      }
    }
  }

  private static void assertNothingElseWritten(Matrix view, String what) {
    boolean[] inside = new boolean[view.data().length];
    for (int i = 0; i < view.rows(); i++) {
      Arrays.fill(inside, view.index(i, 0), view.index(i, 0) + view.cols(), true);
    }
    for (int x = 0; x < inside.length; x++) {
      assertTrue(inside[x] || Float.isNaN(view.data()[x]), what + ", wrote beside the output");
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void emptySizes(Attention form) {
    Matrix none = form.attend(mat(0, 4), mat(3, 4), mat(3, 2), Mask.full());
    assertEquals("0 x 2", none.toString());
    Matrix noKeys = form.attend(mat(2, 4), mat(0, 4), mat(0, 3), Mask.causal());
    assertArrayEquals(new float[2][3], noKeys.toArray());
    assertEquals("2 x 0", form.attend(mat(2, 4), mat(3, 4), mat(3, 0), Mask.full()).toString());
    assertEquals("0 x 0", form.attend(mat(0, 1), mat(0, 1), mat(0, 0), Mask.full()).toString());
  }

  private static Matrix mat(int rows, int cols) {
    return new SeededRandom(1).gaussian(rows, cols, 1);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void nothingToAttendToGivesZeros(Attention form) {
    boolean[][] allowed = new boolean[5][70];
    allowed[1][66] = true;
    allowed[3][2] = true;
    Matrix v = mat(70, 3);
    Matrix output = form.attend(mat(5, 8), mat(70, 8), v, Mask.of(allowed));
    assertArrayEquals(new float[3], output.row(0));
    assertArrayEquals(v.row(66), output.row(1), 1e-6f, "one key alone has the weight 1");
    assertArrayEquals(new float[3], output.row(2));
    assertArrayEquals(v.row(2), output.row(3), 1e-6f);
    assertArrayEquals(new float[3], output.row(4));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void queriesBeforeAllKeysGetZeros(Attention form) {
    Matrix output = form.attend(mat(5, 4), mat(2, 4), mat(2, 3), Mask.causal());
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(new float[3], output.row(i), "query " + i + " sits at " + (i - 3));
    }
    assertArrayEquals(mat(2, 3).row(0), output.row(3), 1e-6f);
  }

  /** What a query may not see never reaches it, whatever it holds; what it sees, does. */
  @ParameterizedTest
  @MethodSource("forms")
  void notFiniteValuesStayWithThoseWhoSeeThem(Attention form) {
    SeededRandom random = new SeededRandom(9);
    float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (int round = 0; round < 84; round++) {
      int n = 1 + random.below(80);
      int m = round % 4 == 0 ? 1 + random.below(80) : n;
      Mask mask = Reference.mask(random, round % Reference.MASK_KINDS, n, m);
      Matrix q = Reference.view(random, n, 6);
      Matrix k = Reference.view(random, m, 6);
      Matrix v = Reference.view(random, m, 4);
      Reference.Expected clean = Reference.attend(q, k, v, mask);
      int where = round % 3;
      int at = random.below(where == 0 ? n : m);
      if (where == 0) {
        q.set(at, 2, Float.NaN);
      } else if (where == 1) {
        k.set(at, 2, Float.NaN);
      } else {
        v.set(at, 2, bad[random.below(3)]);
      }
      Matrix output = form.attend(q, k, v, mask);
      for (int i = 0; i < n; i++) {
        int position = m - n + i;
        boolean sees = where == 0 ? i == at && any(mask, position, m) : mask.allowed(position, at);
        for (int c = 0; c < 4; c++) {
          String what = "round " + round + ", bad at " + at + ", element " + i + ", " + c;
          if (sees && (where != 2 || c == 2)) {
            assertFalse(Float.isFinite(output.get(i, c)), what);
          } else {
            assertEquals(clean.output()[i][c], output.get(i, c), clean.tolerance()[i][c], what);
          }
        }
      }
    }
  }

  private static boolean any(Mask mask, int i, int m) {
    for (int j = 0; j < m; j++) {
      if (mask.allowed(i, j)) {
        return true;
      }
    }
    return false;
  }

  @ParameterizedTest
  @MethodSource("forms")
  void scoresThatOverflow(Attention form) {
    Matrix q = Matrix.of(new float[][] {{1e30f}, {1}});
    Matrix k = Matrix.of(new float[][] {{-1e30f}, {0}, {1}});
    Matrix v = Matrix.of(new float[][] {{1}, {2}, {3}});
    // -∞ is no weight; 1e30 against 0 leaves the last key alone.
    assertEquals(3, form.attend(q, k, v, Mask.full()).get(0, 0));
    k.set(0, 0, 1e30f);
    assertTrue(Float.isNaN(form.attend(q, k, v, Mask.full()).get(0, 0)), "+∞ makes the row NaN");
    Matrix low = Matrix.of(new float[][] {{-1e30f}, {-1e30f}, {-1e30f}});
    assertEquals(0, form.attend(q, low, v, Mask.full()).get(0, 0), "all scores -∞: zeros");
  }

  @ParameterizedTest
  @MethodSource("forms")
  void largeScoresDoNotOverflow(Attention form) {
    SeededRandom random = new SeededRandom(3);
    Matrix q = random.gaussian(33, 16, 30);
    Matrix k = random.gaussian(140, 16, 30);
    Matrix v = random.gaussian(140, 5, 1);
    assertClose(
        Reference.attend(q, k, v, Mask.causal()), form.attend(q, k, v, Mask.causal()), "large");
  }

  @ParameterizedTest
  @MethodSource("forms")
  void shapesThatDoNotFit(Attention form) {
    assertRefused("q is 12 x 64 and k is 16 x 32", form, mat(12, 64), mat(16, 32), mat(16, 32));
    assertRefused("k is 16 x 64 and v is 15 x 64", form, mat(12, 64), mat(16, 64), mat(15, 64));
    assertRefused("d_k must be at least 1", form, mat(12, 0), mat(16, 0), mat(16, 3));
    Mask table = Mask.of(new boolean[12][16]);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> form.attend(mat(12, 4), mat(15, 4), mat(15, 4), table))
            .getMessage();
    assertEquals(
        "the mask is 12 x 16 and there are 12 queries and 15 keys: it must be 12 x 15", message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> form.attend(mat(2, 4), mat(3, 4), mat(3, 5), Mask.full(), mat(2, 4)))
            .getMessage();
    assertTrue(message.contains("the output is 2 x 4") && message.contains("2 x 5"), message);
  }

  private static void assertRefused(String part, Attention form, Matrix q, Matrix k, Matrix v) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> form.attend(q, k, v, Mask.full()))
            .getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void plainRefusesScoresThatPassAnArray() {
    Matrix q = Matrix.zeros(70_000, 1);
    Matrix v = Matrix.zeros(70_000, 0);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Attention.plain().attend(q, q, v, Mask.full()))
            .getMessage();
    assertTrue(message.contains("70000 x 70000"), message);
  }
}
