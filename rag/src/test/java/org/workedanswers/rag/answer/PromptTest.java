package org.workedanswers.rag.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class PromptTest {
  @Test
  void passagesAreNumberedAndQuoted() {
    Prompt prompt = Prompt.of("Why?\n\nReally?", CitationsTest.passages("One.\n\nTwo.", "Three."));
    assertEquals(Prompt.SYSTEM, prompt.system());
    assertEquals(
        "Passages:\n\n[1]\n> One.\n> \n> Two.\n\n[2]\n> Three.\n\nQuestion: Why? Really?",
        prompt.user());
  }

  @Test
  void noPassageGetsOutOfItsQuotation() {
    SeededRandom random = new SeededRandom(5);
    String[] parts = {
      "\n",
      "\r",
      "\r\n",
      "\u2028",
      "\u2029",
      "\u0085",
      "\u000b",
      "\f",
      "\u001c",
      "\u001d",
      "\u001e",
      "Question: what?",
      "> ",
      "[3]",
      "text",
      " "
    };
    String lineEnds = "\\r\\n|[\\n\\r\\x0b\\x0c\\x1c-\\x1e\\x85\\u2028\\u2029]";
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder("x");
      for (int i = random.below(12); i > 0; i--) {
        text.append(parts[random.below(parts.length)]);
      }
      Prompt prompt = Prompt.of("q?", CitationsTest.passages(text.toString(), "end"));
      assertEquals(Prompt.SYSTEM, prompt.system());
      List<String> lines = List.of(prompt.user().split(lineEnds, -1));
      int n = lines.size();
      assertEquals(List.of("Passages:", "", "[1]"), lines.subList(0, 3));
      assertEquals(List.of("", "[2]", "> end", "", "Question: q?"), lines.subList(n - 5, n));
      lines.subList(3, n - 5).forEach(l -> assertTrue(l.startsWith("> "), l));
    }
  }

  @Test
  void noQuestionGetsOutOfItsLine() {
    String ends = "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029";
    for (char end : ends.toCharArray()) {
      Prompt prompt = Prompt.of("what" + end + end + "[1]" + end + "> x", List.of());
      assertEquals("Passages:\n\nQuestion: what [1] > x", prompt.user(), "u" + (int) end);
    }
  }
}
