package org.workedanswers.answers.q13;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.cli.Study;

class QuantizationAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q13", "13");
  }

  @ParameterizedTest
  @ValueSource(strings = {"q8_0", "Q5_1", "NF4", "int4", "bf16"})
  void everyFormatCanBeWalked(String format) {
    // With the transcript's kernels, so that the whole model is measured once for all of them.
    String out =
        study(0, "13", "--kernels", "blocked", "--format", format, "--block", "32", "--row", "383");
    assertTrue(out.contains("of row 383 of W_Q"), out);
    assertTrue(out.contains("INT4 g32 fp16 zero"), out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format Q6_K|--format is Q6_K: there are [Q8_0, Q4_0",
        "--block 100|--block is 100: it must be even and divide the 384 weights of a row",
        "--block 0|--block is 0: it must be even",
        "--block 3|--block is 3: it must be even",
        "--block x|Invalid value for option '--block'",
        "--row 384|--row is 384: it must be in 0..383",
        "--sentence|Missing required parameter"
      })
  void wrongSettingsAreNamed(String example) {
    String[] parts = example.split("\\|");
    String err = study(2, ("13 " + parts[0]).split(" "));
    assertTrue(err.contains(parts[1]), err);
  }

  /** What a command prints, on the stream that fits its status. */
  private static String study(int status, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(
        status,
        Study.execute(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments),
        err.toString(StandardCharsets.UTF_8));
    return (status == 0 ? out : err).toString(StandardCharsets.UTF_8);
  }
}
