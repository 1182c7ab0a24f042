package org.workedanswers.rag.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentencesTest {
  private static void assertSentences(String text, String... expected) {
    assertEquals(
        List.of(expected), Sentences.of(text).stream().map(s -> s.of(text)).toList(), text);
  }

  @Test
  void someAbbreviationsEndASentenceToo() {
    assertSentences(
        "Smith et al. found it. So did Lee et al. Then no. Yes.",
        "Smith et al. found it.",
        "So did Lee et al.",
        "Then no.",
        "Yes.");
    assertSentences(
        "See no. 5 of Lee et al. (2017). Done.", "See no. 5 of Lee et al. (2017).", "Done.");
    assertSentences(
        "The U.S. Army left. J. R. Lee came.", "The U.S. Army left.", "J. R. Lee came.");
  }

  @Test
  void proseIsCutAtItsFullStops() {
    assertSentences(
        "It works. Does it? Yes! \"Quite.\" Done",
        "It works.",
        "Does it?",
        "Yes!",
        "\"Quite.\"",
        "Done");
    assertSentences("Version 3.14 is out. It counts.", "Version 3.14 is out.", "It counts.");
    assertSentences("There were many. 42 files.", "There were many. 42 files.");
    assertSentences("  Spaces  around. \n lines\nare one. ", "Spaces  around. \n lines\nare one.");
    assertSentences("これは文です。次の文です。", "これは文です。", "次の文です。");
  }

  @Test
  void abbreviationsAndInitialsEndNothing() {
    assertSentences(
        "Dr. Smith came, e.g. Monday. He left.", "Dr. Smith came, e.g. Monday.", "He left.");
    assertSentences(
        "See Fig. 3 and Vaswani et al. (2017). The paper by D. E. Knuth is older.",
        "See Fig. 3 and Vaswani et al. (2017).",
        "The paper by D. E. Knuth is older.");
    assertSentences(
        "He works at Acme Inc. and sleeps. Good.", "He works at Acme Inc. and sleeps.", "Good.");
    assertSentences("I saw a film. Al is fine.", "I saw a film.", "Al is fine.");
  }

  @Test
  void layoutEndsASentence() {
    assertSentences(
        "# Masks\nA causal mask hides\nwhat is to come.\n\nNo stop here\n \nNext",
        "# Masks",
        "A causal mask hides\nwhat is to come.",
        "No stop here",
        "Next");
    assertSentences(
        "Kinds:\n- one\n- two\n1. three\n2) four",
        "Kinds:",
        "- one",
        "- two",
        "1. three",
        "2) four");
    assertSentences("Kinds:\r\n\r\n* one\r\n* two", "Kinds:", "* one", "* two");
  }
}
