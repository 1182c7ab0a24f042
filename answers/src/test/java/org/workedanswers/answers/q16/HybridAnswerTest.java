package org.workedanswers.answers.q16;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.cli.Study;

class HybridAnswerTest {
  @Test
  void settingsOutOfTheirRangeAreToldInOneSentence() {
    assertEquals("study: --k is 0: it must be in 1..1000000", refused("16", "--k", "0"));
    assertEquals("study: --depth is 0: it must be in 1..10000", refused("16", "--depth", "0"));
    assertEquals(
        "study: --query is blank: there is nothing to look for", refused("16", "--query", " "));
    assertEquals(
        "study: documents is 0: it must be in 1..117791", refused("16", "--documents", "0"));
    assertTrue(
        refused("16", "--documents", "1", "--seed", "1")
            .endsWith("an example to ask with: draw more"));
  }

  private static String refused(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Study.execute(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments);
    assertEquals(2, status);
    return err.toString(StandardCharsets.UTF_8).strip();
  }
}
