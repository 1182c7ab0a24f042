package org.workedanswers.answers.q09;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.cli.Study;

class LoraAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q09", "9", "merged [0-9.]+ times that,\\s+unmerged\\s+[0-9.]+\\s+times");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rank 0 | --rank is 0: it must be in 1..384",
        "--rank 385 | --rank is 385: it must be in 1..384",
        "--alpha 0 | --alpha is 0.0: it must be a finite number above 0",
        "--alpha -3 | --alpha is -3.0",
        "--alpha NaN | --alpha is NaN",
        "--update-rank 0 | --update-rank is 0: it must be in 1..384",
        "--update-rank 400 | --update-rank is 400",
        "--target down | there is no matrix 'down' to adapt: there are [query, key, value, output, up]"
      })
  void settingsThatDoNotFitAreWrongUsageAndNamed(String arguments, String message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Study.execute(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            ("9 " + arguments).split(" "));
    String said = err.toString(StandardCharsets.UTF_8);
    assertEquals(2, status, said);
    assertTrue(said.startsWith("study: " + message), said);
  }
}
