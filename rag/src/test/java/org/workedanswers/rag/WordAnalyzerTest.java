package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.junit.jupiter.api.Test;

class WordAnalyzerTest {
  private static List<String> terms(String text) {
    return new WordAnalyzer().terms(text);
  }

  @Test
  void wordsAreRunsOfLettersAndDigitsInLowerCase() {
    assertEquals(List.of("the", "cat", "sat"), terms("The cat SAT."));
    assertEquals(List.of("h2o", "is", "h", "2", "o"), terms("H2O is (h-2/o)!"));
    assertEquals(List.of(), terms(""));
    assertEquals(List.of(), terms(" ,;' \t\n--- "));
    assertEquals(List.of("a"), terms("a"));
  }

  @Test
  void wordsOfAnyScript() {
    assertEquals(List.of("größe", "im", "café"), terms("Größe im Café"));
    assertEquals(List.of("cafe\u0301"), terms("Cafe\u0301"));
    assertEquals(List.of("λόγος", "москва"), terms("Λόγος, Москва"));
    assertEquals(List.of("\ud835\udc00x", "y"), terms("\ud835\udc00x \ud83d\ude00 y"));
  }

  @Test
  void anApostropheWithinAWordBelongsToItAndThePossessiveGoes() {
    assertEquals(List.of("don't", "rock"), terms("Don't 'rock'"));
    assertEquals(List.of("dog", "dogs", "o’clock"), terms("dog's dogs' o’clock"));
    assertEquals(List.of("it", "s", "s"), terms("it’s s 's"));
  }

  @Test
  void stopWordsAreLeftOut() {
    WordAnalyzer english = new WordAnalyzer(WordAnalyzer.ENGLISH_STOP_WORDS);
    assertEquals(33, WordAnalyzer.ENGLISH_STOP_WORDS.size());
    assertEquals(List.of("cat", "sat"), english.terms("The cat's sat, as it is."));
  }

  /** Where words are plain, Lucene's standard tokenizer finds the same. */
  @Test
  void plainTextIsCutAsLuceneCutsIt() throws IOException {
    String text =
        "A large, nocturnal cat (Felis concolor) of 3 Americas; it hunts deer -- alone! Don't run.";
    List<String> expected = new ArrayList<>();
    try (StandardAnalyzer lucene = new StandardAnalyzer();
        TokenStream tokens = lucene.tokenStream("f", text)) {
      CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        expected.add(term.toString());
      }
      tokens.end();
    }
    assertEquals(expected, terms(text));
  }
}
