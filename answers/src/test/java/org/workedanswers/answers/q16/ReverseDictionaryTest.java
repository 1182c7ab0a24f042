package org.workedanswers.answers.q16;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.wordnet.WordMask;
import org.workedanswers.core.SeededRandom;

class ReverseDictionaryTest {
  private static ReverseDictionary sample(int documents, long seed) {
    return ReverseDictionary.sample(documents, new SeededRandom(seed));
  }

  @Test
  void everyQueryIsAnExampleOfItsAnswerWithItsWordMasked() {
    ReverseDictionary c = sample(4000, 1);
    assertEquals(4000, c.meanings().size());
    assertEquals(4000, new HashSet<>(c.meanings()).size());
    assertTrue(c.queries().size() > 1000);
    assertEquals(0, c.leaks());
    Set<String> texts = new HashSet<>();
    for (ReverseDictionary.Query q : c.queries()) {
      assertTrue(texts.add(q.text()), "asked twice: " + q);
      assertTrue(q.text().contains(WordMask.BLANK));
      boolean known =
          q.grades().keySet().stream()
              .anyMatch(d -> c.meanings().get(d).examples().contains(q.example()));
      assertTrue(known, q::toString);
      assertFalse(c.meanings().get(q.answer()).definition().contains(q.example()));
    }
  }

  @Test
  void theSeedDecidesWhatIsDrawn() {
    assertEquals(sample(50, 3), sample(50, 3));
    assertNotEquals(sample(50, 3), sample(50, 4));
  }

  @Test
  void definitionsThatReadTheSameAreAllAnswers() {
    ReverseDictionary c = sample(30_000, 5);
    Map<String, Set<Integer>> alike = new HashMap<>();
    for (int d = 0; d < c.meanings().size(); d++) {
      alike.computeIfAbsent(c.meanings().get(d).definition(), t -> new HashSet<>()).add(d);
    }
    int several = 0;
    for (ReverseDictionary.Query q : c.queries()) {
      several += q.grades().size() > 1 ? 1 : 0;
      for (int d : q.grades().keySet()) {
        String definition = c.meanings().get(d).definition();
        assertTrue(q.grades().keySet().containsAll(alike.get(definition)), q::toString);
      }
    }
    assertTrue(several > 3);
  }

  @Test
  void aMaskThatLeavesItsWordIsCounted() {
    ReverseDictionary.Mask leaky = (example, words) -> Optional.of(example);
    ReverseDictionary c = ReverseDictionary.sample(500, new SeededRandom(1), leaky);
    assertTrue(c.leaks() > 50);
  }

  @Test
  void badInputIsNamed() {
    assertEquals(
        "documents is 0: it must be in 1..117791",
        assertThrows(IllegalArgumentException.class, () -> sample(0, 1)).getMessage());
    assertEquals(
        "documents is 200000: it must be in 1..117791",
        assertThrows(IllegalArgumentException.class, () -> sample(200_000, 1)).getMessage());
  }
}
