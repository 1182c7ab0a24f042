package org.workedanswers.answers.q05;

import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/**
 * How far a token is felt, found by changing it.
 *
 * <p>The same random input runs through layers of attention twice, the second time with one token
 * changed. A position is reached where the two runs differ in any bit. Queries are zero, so that
 * all keys that the mask allows weigh alike and none is lost to rounding: what is seen is the
 * mask's doing.
 */
final class Reach {
  private static final int WIDTH = 16;

  private Reach() {}

  /** reached[l][i]: whether position i differs after l + 1 layers. */
  static boolean[][] of(
      Attention attention, SeededRandom random, Mask mask, int n, int changed, int layers) {
    Matrix x = random.gaussian(n, WIDTH, 1);
    Matrix y = x.copy();
    y.rows(changed, changed + 1).set(random.gaussian(1, WIDTH, 1));
    boolean[][] reached = new boolean[layers][n];
    Matrix queries = Matrix.zeros(n, WIDTH);
    for (int l = 0; l < layers; l++) {
      x = attention.attend(queries, x, x, mask);
      y = attention.attend(queries, y, y, mask);
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < WIDTH; c++) {
          reached[l][i] |= x.get(i, c) != y.get(i, c);
        }
      }
    }
    return reached;
  }

  /** The farthest position reached after each layer. */
  static int[] farthest(boolean[][] reached) {
    int[] farthest = new int[reached.length];
    for (int l = 0; l < reached.length; l++) {
      for (int i = 0; i < reached[l].length; i++) {
        farthest[l] = reached[l][i] ? i : farthest[l];
      }
    }
    return farthest;
  }

  /** After how many layers every position is reached; one more than there are if never. */
  static int layersToAll(boolean[][] reached) {
    for (int l = 0; l < reached.length; l++) {
      boolean all = true;
      for (boolean position : reached[l]) {
        all &= position;
      }
      if (all) {
        return l + 1;
      }
    }
    return reached.length + 1;
  }
}
