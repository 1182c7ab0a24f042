package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class MaskTest {
  private static String picture(Mask mask, int n, int m) {
    StringBuilder picture = new StringBuilder();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        picture.append(mask.allowed(m - n + i, j) ? '#' : '.');
      }
      picture.append('\n');
    }
    return picture.toString();
  }

  @Test
  void causal() {
    assertEquals("#...\n##..\n###.\n####\n", picture(Mask.causal(), 4, 4));
    assertEquals("###.\n####\n", picture(Mask.causal(), 2, 4), "queries are the last positions");
    assertEquals("..\n..\n#.\n##\n", picture(Mask.causal(), 4, 2), "or sit before all keys");
  }

  @Test
  void slidingWindowOfThreeKeysCountsTheTokenItself() {
    assertEquals("#....\n##...\n###..\n.###.\n..###\n", picture(Mask.slidingWindow(3), 5, 5));
    assertEquals("#..\n.#.\n..#\n", picture(Mask.slidingWindow(1), 3, 3), "the token alone");
  }

  @Test
  void windowToBothSides() {
    assertEquals("###..\n####.\n.####\n..###\n...##\n", picture(Mask.window(1, 2), 5, 5));
  }

  @Test
  void globalTokensSeeAllAndAreSeenByAll() {
    assertEquals(
        "#####\n##..#\n#.#.#\n#..##\n#####\n",
        picture(Mask.windowWithGlobal(Mask.window(0, 0), 0, 4), 5, 5));
  }

  @Test
  void both() {
    assertEquals(
        "#...\n##..\n#.#.\n#..#\n",
        picture(Mask.causal().and(Mask.windowWithGlobal(Mask.window(0, 0), 0)), 4, 4));
  }

  @Test
  void full() {
    assertEquals("###\n###\n", picture(Mask.full(), 2, 3));
    assertTrue(Mask.full().allowed(-5, 3), "a query before all keys sees all of them");
    assertTrue(Mask.full().allowed(0, Integer.MAX_VALUE));
    assertTrue(Mask.causal().allowed(Integer.MAX_VALUE, 0));
    assertFalse(Mask.causal().allowed(Integer.MAX_VALUE - 1, Integer.MAX_VALUE));
  }

  @Test
  void theTableIsCopied() {
    boolean[][] table = {{true, false}};
    Mask mask = Mask.of(table);
    table[0][0] = false;
    assertTrue(mask.allowed(1, 0));
  }

  /** A block's cover agrees with its pairs; a band's and a table's is exact. */
  @Test
  void coverAgreesWithPairs() {
    SeededRandom random = new SeededRandom(8);
    int[] seen = new int[3];
    for (int round = 0; round < 20_000; round++) {
      int n = 1 + random.below(12);
      int m = 1 + random.below(12);
      int kind = round % Reference.MASK_KINDS;
      Mask mask = Reference.mask(random, kind, n, m);
      int i0 = random.below(n);
      int i1 = i0 + 1 + random.below(n - i0);
      int j0 = random.below(m);
      int j1 = j0 + 1 + random.below(m - j0);
      int pairs = 0;
      for (int i = i0; i < i1; i++) {
        for (int j = j0; j < j1; j++) {
          pairs += mask.allowed(m - n + i, j) ? 1 : 0;
        }
      }
      Mask.Cover exact =
          pairs == 0
              ? Mask.Cover.NONE
              : pairs == (i1 - i0) * (j1 - j0) ? Mask.Cover.ALL : Mask.Cover.SOME;
      Mask.Cover cover = mask.cover(m - n + i0, m - n + i1, j0, j1);
      String what = mask + ", queries " + i0 + "-" + i1 + " of " + n + ", keys " + j0 + "-" + j1;
      seen[cover.ordinal()]++;
      if (mask instanceof Band || mask instanceof BooleanMask) {
        assertEquals(exact, cover, what);
      } else if (cover != Mask.Cover.SOME) {
        assertEquals(exact, cover, what);
      }
    }
    for (int count : seen) {
      assertTrue(count > 1000, "every cover is met often");
    }
  }

  @Test
  void refusesWhatIsNoMask() {
    assertThrows(IllegalArgumentException.class, () -> Mask.slidingWindow(0));
    assertThrows(IllegalArgumentException.class, () -> Mask.window(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> Mask.window(0, -1));
    assertThrows(
        IllegalArgumentException.class, () -> Mask.windowWithGlobal(Mask.slidingWindow(2), -1));
    String message =
        assertThrows(IllegalArgumentException.class, () -> Mask.of(new boolean[][] {{true}, {}}))
            .getMessage();
    assertTrue(message.contains("row 1 of the mask has 0 values and row 0 has 1"), message);
    Mask both = Mask.causal().and(Mask.of(new boolean[2][3]));
    assertThrows(IllegalArgumentException.class, () -> both.checkFits(2, 2));
    Mask swapped = Mask.of(new boolean[2][3]).and(Mask.causal());
    assertThrows(IllegalArgumentException.class, () -> swapped.checkFits(3, 3));
    Mask.of(new boolean[0][0]).checkFits(0, 7);
  }

  @Test
  void names() {
    assertEquals("full", Mask.full().toString());
    assertEquals("causal", Mask.causal().toString());
    assertEquals("window of 4 keys", Mask.slidingWindow(4).toString());
    assertEquals(
        "window of 1 keys before and all after", Mask.window(1, Band.UNBOUNDED).toString());
    assertEquals("2 x 3", Mask.of(new boolean[2][3]).toString());
    assertEquals(
        "causal, and window of 2 keys and global tokens {0, 5}",
        Mask.causal().and(Mask.windowWithGlobal(Mask.slidingWindow(2), 5, 0)).toString());
    assertNotEquals(Mask.slidingWindow(3), Mask.slidingWindow(4));
    assertEquals(Mask.slidingWindow(1), Mask.window(0, 0));
  }

  @Test
  void forbiddenScoresAreThoseNotAllowed() {
    for (int round = 0; round < 40 * Reference.MASK_KINDS; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = 1 + random.below(30);
      int m = 1 + random.below(30);
      Mask mask = Reference.mask(random, round % Reference.MASK_KINDS, n, m);
      int i = m - n + random.below(n);
      int j0 = random.below(m);
      int j1 = j0 + 1 + random.below(m - j0);
      float[] scores = new float[2 + j1 - j0 + 3];
      int left = mask.forbid(i, j0, j1, scores, 2);
      for (int at = 0; at < scores.length; at++) {
        int j = j0 + at - 2;
        boolean forbidden = j >= j0 && j < j1 && !mask.allowed(i, j);
        assertEquals(forbidden ? Float.NEGATIVE_INFINITY : 0, scores[at], mask + " " + i + " " + j);
        left -= j >= j0 && j < j1 && !forbidden ? 1 : 0;
      }
      assertEquals(0, left, mask.toString());
    }
  }
}
