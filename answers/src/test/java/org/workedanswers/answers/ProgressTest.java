package org.workedanswers.answers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void aBarIsDrawnOverItselfAndWiped() {
    Progress progress = Progress.on(err, "documents", 1000, 0);
    progress.at(500, 2000);
    String bar = "\r  documents [######------------------] 500 of 2,000";
    assertEquals(bar, bytes.toString(StandardCharsets.UTF_8));
    progress.at(2000);
    String end = bytes.toString(StandardCharsets.UTF_8).substring(bar.length());
    assertTrue(end.matches("\\r {" + (bar.length() - 1) + "}\\r"), end);
    progress.end();
    assertEquals(bar.length() + end.length(), bytes.size());
  }

  @Test
  void nothingIsDrawnAgainWithinAMoment() {
    Progress progress = Progress.on(err, "documents", 1000, Long.MAX_VALUE);
    progress.at(500);
    progress.at(1000);
    assertEquals(0, bytes.size());
  }
}
