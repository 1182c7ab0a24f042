package org.workedanswers.answers.q03;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.langchain4j.MiniLmModel;
import org.workedanswers.rag.Hit;

class RetrievalAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q03", "3", "0\\.\\d{3}\\b");
  }

  @Test
  void onePassageMoreChangesTheAnswerAndNothingElse() {
    try (Workbench bench = Workbench.standard();
        MiniLmModel model = new MiniLmModel(bench.loop())) {
      Passages before = Passages.of(bench, model.embedder(), RetrievalAnswer.elements());
      String added = RetrievalAnswer.LIVERMORIUM;
      Passages after = before.with(added);
      assertEquals(before.size() + 1, after.size());
      String question = "What is the name of element 116?";
      List<Hit> old = before.search(question, 5);
      List<Hit> now = after.search(question, 6);
      assertTrue(before.text(old.get(0).document()).startsWith("ununhexium"));
      assertEquals(added, after.text(now.get(0).document()));
      assertEquals(old, now.subList(1, 6));
    }
  }

  @Test
  void thePromptNumbersItsPassages() {
    List<String> lines = Prompt.lines(List.of("a", "b"), "why?");
    assertTrue(lines.contains("[1] a") && lines.contains("[2] b"));
    assertEquals("Question: why?", lines.get(lines.size() - 1));
  }

  @Test
  void settingsOutOfTheirRangeAreToldInOneSentence() {
    assertEquals("study: --passages is 0: it must be in 1..20", refused("--passages", "0"));
    assertEquals(
        "study: --question is blank: there is nothing to look for", refused("--question", " "));
    assertEquals("study: --add is blank: there is nothing to add", refused("--add", ""));
  }

  private static String refused(String option, String value) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Study.execute(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            "3",
            option,
            value);
    assertEquals(2, status);
    return err.toString(StandardCharsets.UTF_8).strip();
  }
}
