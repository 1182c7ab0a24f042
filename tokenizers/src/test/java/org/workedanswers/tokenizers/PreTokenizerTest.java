package org.workedanswers.tokenizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where words are cut. */
class PreTokenizerTest {
  @Test
  void wordsAreCutAsEachModelDoes() {
    String text = "It's  12345 o'CLOCK!\n\n x";
    assertEquals(
        List.of("It", "'s", " ", " 12345", " o", "'", "CLOCK", "!", "\n\n", " x"),
        PreTokenizer.GPT2.split(text));
    assertEquals(
        List.of("It", "'s", " ", " ", "123", "45", " o", "'CLOCK", "!\n\n", " x"),
        PreTokenizer.LLAMA3.split(text));
    assertEquals(
        List.of("It", "'s", " ", " ", "1", "2", "3", "4", "5", " o", "'CLOCK", "!\n\n", " x"),
        PreTokenizer.QWEN2.split(text));
    assertEquals(
        List.of("It", "'s", "  ", "1", "2", "3", "4", "5", " o", "'", "CLOCK", "!", "\n\n", " x"),
        PreTokenizer.DIGITS_GPT2.split(text));
    assertEquals(List.of("he", "'d"), PreTokenizer.GPT2.split("he'd"));
    assertEquals(List.of("HE", "'D"), PreTokenizer.LLAMA3.split("HE'D"));
    assertEquals(List.of("a", "'ſ", "b"), PreTokenizer.LLAMA3.split("a'ſb"), "an s of old");
    assertEquals(List.of("a", " \n", "b"), PreTokenizer.LLAMA3.split("a \nb"));
    assertEquals(List.of("a", "\u00A0", "\u00A0", "b"), PreTokenizer.GPT2.split("a\u00A0\u00A0b"));
    assertEquals(List.of(text), PreTokenizer.NONE.split(text));
    assertEquals(List.of(), PreTokenizer.GPT2.split(""));
  }

  @Test
  void gapsAreKeptOrDropped() {
    assertEquals(List.of("a", "-", "b", "-"), PreTokenizer.isolating("-").split("a-b-"));
    assertEquals(List.of("a", "b"), PreTokenizer.between("-").split("-a--b"));
    assertEquals(List.of("-", "-"), PreTokenizer.matches("-").split("a-b-"));
    assertEquals(List.of("-"), PreTokenizer.matches("-").split("a-b"));
    assertEquals(List.of("ab"), PreTokenizer.isolating("x*").split("ab"), "no empty words");
    assertEquals(
        List.of("a", "1", "b"),
        PreTokenizer.between(" ").then(PreTokenizer.isolating("\\d")).split("a 1b"));
  }

  @Test
  void nothingIsLost() {
    Random random = new Random(16);
    for (int i = 0; i < 500; i++) {
      String text = Texts.random(random);
      for (String name : List.of("gpt-2", "llama-bpe", "qwen2", "starcoder")) {
        assertEquals(text, String.join("", PreTokenizer.ofGguf(name).split(text)));
      }
    }
    assertSame(PreTokenizer.LLAMA3, PreTokenizer.ofGguf("llama3"));
    assertSame(PreTokenizer.GPT2, PreTokenizer.ofGguf("GPT-2"));
  }

  @Test
  void patternsWithoutEndAreStopped() {
    PreTokenizer endless = PreTokenizer.isolating("a*a*a*a*a*a*b");
    PreTokenizer deep = PreTokenizer.isolating("(?:a|b|\\1)*(c)");
    String message =
        assertThrows(IllegalArgumentException.class, () -> endless.split("a".repeat(400)))
            .getMessage();
    assertTrue(message.contains("a*a*b") && message.contains("400"), message);
    message =
        assertThrows(IllegalArgumentException.class, () -> deep.split("ab".repeat(500_000)))
            .getMessage();
    assertTrue(message.contains("deep") || message.contains("steps"), message);
    assertThrows(IllegalArgumentException.class, () -> PreTokenizer.isolating("(a"));
    assertThrows(IllegalArgumentException.class, () -> PreTokenizer.isolating(null));
  }
}
