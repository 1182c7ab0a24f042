package org.workedanswers.answers.q03;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;

class RetrievalAnswerTest {
  @Test
  @Tag("long")
  void transcript() throws IOException {
    Transcript.checkFast("q03", "3", "0\\.\\d{3,4}\\b");
  }

  @Test
  @Tag("long")
  void aDocumentThatIsNotAddedIsSeen() {
    try (Workbench bench = Workbench.standard()) {
      assertEquals(Verdict.DOES_NOT_HOLD, Ledger.measure(UpdateClaim.of(false), bench).verdict());
    }
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
