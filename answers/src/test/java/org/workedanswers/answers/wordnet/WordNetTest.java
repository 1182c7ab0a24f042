package org.workedanswers.answers.wordnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** WordNet 3.1 as it comes by Maven, and the mask on its own examples. */
class WordNetTest {
  private static final WordNet WORDNET = WordNet.wordNet();
  private static final WordMask MASK = new WordMask(WORDNET);

  private static void assertMasked(String expected, String example, String... words) {
    assertEquals(Optional.of(expected), MASK.mask(example, List.of(words)));
  }

  @Test
  void allOfItIsThere() {
    List<WordNet.Synset> all = WORDNET.synsets();
    assertEquals(117_791, all.size());
    assertEquals("n00001740", all.get(0).id());
    assertEquals("entity", all.get(0).names());
    for (WordNet.Synset s : all) {
      assertFalse(s.definition().isBlank() || s.definition().contains("\""), s::toString);
      assertFalse(s.words().isEmpty(), s::toString);
    }
    assertTrue(all.stream().mapToInt(s -> s.examples().size()).sum() > 48_000);
  }

  @Test
  void kindsOfANounAreItselfAndAllBelow() {
    List<String> names =
        WORDNET.kindsOf("chemical element").stream().map(WordNet.Synset::names).toList();
    assertEquals("chemical element, element", names.get(0));
    assertTrue(names.contains("ununhexium, Uuh, element 116, atomic number 116"));
    assertEquals(names.size(), names.stream().distinct().count());
    assertEquals(
        "there is no noun 'xyzzy' in WordNet",
        assertThrows(IllegalArgumentException.class, () -> WORDNET.kindsOf("xyzzy")).getMessage());
  }

  @Test
  void everyFormOfTheWordIsMasked() {
    assertMasked("She ___ with emotion", "She choked with emotion", "choke");
    assertMasked("___ and ___", "Ran and running", "run");
    assertMasked("the ___ child", "the better child", "good");
    assertMasked("many ___", "many mice", "mouse");
    assertMasked("the ___ tail", "the dog's tail", "dog");
    assertMasked("the ___ tails", "the dogs tails", "dog");
    assertMasked("his ___ is here", "his hat is here", "cap", "hat");
    assertMasked("a consumer-___ policy", "a consumer-friendly policy", "friendly");
  }

  @Test
  void wordsOfSeveralPartsAreOneBlank() {
    assertMasked(
        "The old woman ___ without a sound", "The old woman went over without a sound", "go over");
    assertMasked("a ___ child", "a well-behaved child", "well-behaved");
    assertMasked("a summer ___", "a summer camp", "camp", "camp fire");
    assertEquals(Optional.empty(), MASK.mask("went home", List.of("go over")));
  }

  @Test
  void anExampleWithoutTheWordOrWithNothingElseIsNoQuery() {
    assertEquals(Optional.empty(), MASK.mask("spurt the wall with water", List.of("squirt")));
    assertEquals(Optional.empty(), MASK.mask("Run!", List.of("run")));
  }

  @Test
  void aLeakIsTheWordItself() {
    assertTrue(WordMask.leaks("the Dog barks", List.of("cat", "dog")));
    assertTrue(WordMask.leaks("to go over it", List.of("go over")));
    assertFalse(WordMask.leaks("to go and come over", List.of("go over")));
    assertFalse(WordMask.leaks("the hotdog", List.of("dog", "'")));
  }
}
