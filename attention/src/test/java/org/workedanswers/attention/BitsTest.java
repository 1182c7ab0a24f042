package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/** The same bits alone as among others, cached as uncached, on one thread as on two. */
class BitsTest {
  static List<Attention> forms() {
    List<Attention> forms = new ArrayList<>();
    for (Kernels kernels : Forms.kernels()) {
      if (kernels.sumsByInnerSizeAlone()) {
        forms.add(new PlainAttention(kernels));
        forms.add(new FlashAttention(kernels));
        forms.addAll(Forms.flashOfOddBlocks(kernels));
        forms.add(new TiledAttention(kernels));
      }
    }
    return forms;
  }

  /** The last queries alone keep their positions, under every mask. */
  @ParameterizedTest
  @MethodSource("forms")
  void someQueriesAloneAsAmongAll(Attention form) {
    SeededRandom random = new SeededRandom(2);
    for (int round = 0; round < 8 * Reference.MASK_KINDS; round++) {
      int n = 1 + random.below(140);
      boolean[][] table = Reference.table(random, n, n);
      int kind = round % Reference.MASK_KINDS;
      boolean tabled = kind == Reference.MASK_KINDS - 1;
      Mask mask = tabled ? Mask.of(table) : Reference.mask(random, kind, n, n);
      Matrix q = Reference.view(random, n, 1 + random.below(40));
      Matrix k = Reference.view(random, n, q.cols());
      Matrix v = Reference.view(random, n, 1 + random.below(40));
      Matrix all = form.attend(q, k, v, mask);
      for (int from : new int[] {n - 1, random.below(n), random.below(n)}) {
        Mask part = tabled ? Mask.of(java.util.Arrays.copyOfRange(table, from, n)) : mask;
        Matrix some = form.attend(q.rows(from, n), k, v, part);
        for (int i = from; i < n; i++) {
          assertArrayEquals(
              all.row(i), some.row(i - from), "round " + round + ", query " + i + " of " + n);
        }
      }
    }
  }

  /** A step with a cache: one query, and no later keys yet. */
  @ParameterizedTest
  @MethodSource("forms")
  void cachedAsUncached(Attention form) {
    SeededRandom random = new SeededRandom(5);
    List<Mask> masks =
        List.of(
            Mask.causal(),
            Mask.slidingWindow(9),
            Mask.slidingWindow(70),
            Mask.causal().and(Mask.windowWithGlobal(Mask.slidingWindow(4), 0, 66)));
    for (Mask mask : masks) {
      int n = 150;
      Matrix q = Reference.view(random, n, 33);
      Matrix k = Reference.view(random, n, 33);
      Matrix v = Reference.view(random, n, 17);
      Matrix uncached = form.attend(q, k, v, mask);
      for (int i = 0; i < n; i++) {
        Matrix step = form.attend(q.rows(i, i + 1), k.rows(0, i + 1), v.rows(0, i + 1), mask);
        assertArrayEquals(uncached.row(i), step.row(0), mask + ", step " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void twoThreadsAsOne(Attention form) {
    SeededRandom random = new SeededRandom(6);
    MultiHead heads = new MultiHead(6, 3);
    Matrix q = random.gaussian(75, 6 * 8, 1);
    Matrix k = random.gaussian(90, 3 * 8, 1);
    Matrix v = random.gaussian(90, 3 * 5, 1);
    Matrix one = Matrix.zeros(75, 6 * 5);
    heads.attend(form, org.workedanswers.core.Loop.sequential(), q, k, v, Mask.causal(), one);
    try (Threads threads = Threads.of(2)) {
      for (int round = 0; round < 5; round++) {
        Matrix two = Matrix.zeros(75, 6 * 5);
        heads.attend(form, threads, q, k, v, Mask.causal(), two);
        assertArrayEquals(one.data(), two.data());
      }
    }
  }
}
