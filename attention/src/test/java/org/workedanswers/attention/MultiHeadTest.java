package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class MultiHeadTest {
  static List<Attention> forms() {
    return Forms.all();
  }

  /** Head t of six reads keys and values of head ⌊t g / 6⌋, all cut out by hand here. */
  @ParameterizedTest
  @MethodSource("forms")
  void eachHeadInItsColumns(Attention form) {
    SeededRandom random = new SeededRandom(12);
    for (int kvHeads : new int[] {1, 2, 3, 6}) {
      int n = 9;
      int m = 11;
      int dk = 5;
      int dv = 7;
      Matrix q = Reference.view(random, n, 6 * dk);
      Matrix k = Reference.view(random, m, kvHeads * dk);
      Matrix v = Reference.view(random, m, kvHeads * dv);
      Matrix output = Reference.view(random, n, 6 * dv);
      Counts counts =
          new MultiHead(6, kvHeads).attend(form, Loop.sequential(), q, k, v, Mask.causal(), output);
      Counts sum = Counts.ZERO;
      for (int t = 0; t < 6; t++) {
        int s =
            new int[][] {
                  {},
                  {0, 0, 0, 0, 0, 0},
                  {0, 0, 0, 1, 1, 1},
                  {0, 0, 1, 1, 2, 2},
                  {},
                  {},
                  {0, 1, 2, 3, 4, 5}
                }
                [kvHeads][t];
        Matrix alone = Matrix.zeros(n, dv);
        Counts one =
            form.attend(
                cut(q, t * dk, dk), cut(k, s * dk, dk), cut(v, s * dv, dv), Mask.causal(), alone);
        assertArrayEquals(alone.toArray(), cut(output, t * dv, dv).toArray(), "head " + t);
        sum = sum.then(one);
      }
      assertEquals(sum, counts);
    }
  }

  private static Matrix cut(Matrix x, int from, int width) {
    Matrix copy = Matrix.zeros(x.rows(), width);
    for (int i = 0; i < x.rows(); i++) {
      for (int c = 0; c < width; c++) {
        copy.set(i, c, x.get(i, from + c));
      }
    }
    return copy;
  }

  @Test
  void headsAreViews() {
    Matrix x = Matrix.zeros(4, 12);
    MultiHead heads = new MultiHead(6, 2);
    assertSame(x.data(), heads.queryHead(x, 5).data());
    assertSame(x.data(), heads.keyHead(x, 5).data());
    assertEquals(10, heads.queryHead(x, 5).offset());
    assertEquals(6, heads.keyHead(x, 3).offset());
    assertEquals(0, heads.keyHead(x, 2).offset());
    assertEquals("4 x 6", heads.keyHead(x, 5).toString());
  }

  @Test
  void tracesOfAllHeads() {
    SeededRandom random = new SeededRandom(13);
    Matrix q = random.gaussian(5, 8, 1);
    Matrix k = random.gaussian(5, 4, 1);
    Matrix v = random.gaussian(5, 4, 1);
    PlainAttention plain = new PlainAttention(PlainKernels.PLAIN);
    MultiHead heads = new MultiHead(4, 2);
    List<AttentionTrace> traces = heads.explain(plain, q, k, v, Mask.full());
    Matrix output = Matrix.zeros(5, 8);
    heads.attend(plain, Loop.sequential(), q, k, v, Mask.full(), output);
    assertEquals(4, traces.size());
    for (int t = 0; t < 4; t++) {
      assertArrayEquals(heads.queryHead(output, t).toArray(), traces.get(t).output().toArray());
    }
  }

  @Test
  void refusals() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new MultiHead(6, 4)).getMessage();
    assertTrue(message.startsWith("6 heads can't share 4 heads"), message);
    assertThrows(IllegalArgumentException.class, () -> new MultiHead(0));
    assertThrows(IllegalArgumentException.class, () -> new MultiHead(2, 0));
    assertRefused("q is 3 x 7: 2 heads must divide its width", 7, 4, 4, 4);
    assertRefused("k is 3 x 5 and v is 3 x 4: 2 heads", 4, 5, 4, 4);
    assertRefused("k is 3 x 4 and v is 3 x 5: 2 heads", 4, 4, 5, 4);
    assertRefused("the output is 3 x 5: 2 heads must divide", 4, 4, 4, 5);
    assertThrows(
        IllegalArgumentException.class, () -> new MultiHead(2).queryHead(Matrix.zeros(1, 4), 2));
    assertThrows(
        IllegalArgumentException.class, () -> new MultiHead(2).keyHead(Matrix.zeros(1, 4), -1));
  }

  private static void assertRefused(String part, int q, int k, int v, int output) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new MultiHead(2)
                        .attend(
                            Attention.plain(),
                            Loop.sequential(),
                            Matrix.zeros(3, q),
                            Matrix.zeros(3, k),
                            Matrix.zeros(3, v),
                            Mask.full(),
                            Matrix.zeros(3, output)))
            .getMessage();
    assertTrue(message.contains(part), message);
  }
}
