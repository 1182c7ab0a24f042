package org.workedanswers.rag.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Passage;

class CitationsTest {
  private static final List<Passage> PASSAGES =
      passages("A causal mask hides the future.", "Rows of weights sum to one.", "Cats sleep.");

  static List<Passage> passages(String... texts) {
    List<Passage> passages = new ArrayList<>();
    for (String text : texts) {
      int n = passages.size();
      passages.add(new Passage("p" + n, "d", n, n + text.length(), "", text, Map.of()));
    }
    return passages;
  }

  private static String shown(String answer) {
    StringBuilder shown = new StringBuilder();
    for (Statement s : Citations.of(answer, PASSAGES)) {
      shown.append(s.text()).append(s.cited()).append(s.unknown()).append('|');
    }
    return shown.toString();
  }

  @Test
  void citationsBelongToTheirSentences() {
    assertEquals("A mask hides.[1][]|", shown("A mask hides [1]."));
    assertEquals(
        "A mask hides.[1][]|Rows sum.[2, 3][]|", shown("A mask hides. [1] Rows sum [2][3]."));
    assertEquals("A mask hides.[1, 2][]|", shown("A mask hides. [1] [2]"));
    assertEquals("One.[1, 3][]|", shown("One [ 1, 3 ]."));
    assertEquals("One.[1, 2, 3][]|", shown("One [1-3]."));
    assertEquals("One.[3, 1][]|", shown("One [3;1][3]."));
    assertEquals("One.[1][4]|", shown("One [1][4]."));
    assertEquals("One.[][0]|", shown("One [0]."));
    assertEquals("One.[2, 3][9999]|", shown("One [2–9999]."));
    assertEquals("One.[1][12345]|", shown("One [1][12345].").replace(" [12345]", ""));
    assertEquals("One.[1, 2][9]|", shown("One [1, 2 and 9]."));
    assertEquals("One.[1, 3][]|", shown("One 【1】【3】."));
    assertEquals("One.[2][]|", shown("One (see [2])."));
    // A year is not taken out of what is said.
    assertEquals("In [2024] one.[1][2024]|", shown("In [2024] one [1]."));
    assertEquals("None at all.[][]|", shown("None at all."));
    assertEquals("An array x[i] and [a].[][]|", shown("An array x[i] and [a]."));
    assertEquals("", shown("[1]"));
    assertEquals("", shown(" "));
    assertEquals(
        "First point[1][]|Second point[2][]|",
        shown("- First point [1]\n- Second point [2]").replace("- ", ""));
  }

  @Test
  void supportIsTheShareOfWordsThatAreHeld() {
    Statement all = Citations.of("Masks hide the future [1].", PASSAGES).get(0);
    assertEquals(1, all.support()); // by stems
    assertTrue(all.isSupported());
    Statement wrong = Citations.of("Masks hide the future [2].", PASSAGES).get(0);
    assertEquals(0, wrong.support());
    assertFalse(wrong.isSupported());
    Statement half = Citations.of("A mask eats mice, the future is bright [1].", PASSAGES).get(0);
    assertEquals(2 / 5.0, half.support()); // mask, futur of mask, eat, mice, futur, bright
    assertFalse(Citations.of("Masks hide the future [1][7].", PASSAGES).get(0).isSupported());
    assertFalse(Citations.of("Masks hide the future.", PASSAGES).get(0).isSupported());
    assertEquals(1, Citations.of("It is so [3].", PASSAGES).get(0).support(), 1); // no words left
  }

  @Test
  void noReplyBreaksIt() {
    SeededRandom random = new SeededRandom(4);
    String[] parts = {
      "[", "]", "1", "99999", "-", ",", " ", ".", "word", "\n", "[2]", "[1-3]", "🙂", "\u2028"
    };
    for (int round = 0; round < 3000; round++) {
      StringBuilder reply = new StringBuilder();
      for (int i = random.below(20); i > 0; i--) {
        reply.append(parts[random.below(parts.length)]);
      }
      for (Statement s : Citations.of(reply.toString(), PASSAGES)) {
        s.cited().forEach(n -> assertTrue(n >= 1 && n <= 3));
        s.unknown().forEach(n -> assertTrue(n < 1 || n > 3));
        assertFalse(s.text().isBlank());
        assertTrue(s.support() >= 0 && s.support() <= 1);
      }
    }
  }
}
