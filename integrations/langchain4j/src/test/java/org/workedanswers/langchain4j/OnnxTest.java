package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.Loop;

/** In a JVM of its own, whose environment does not silence ONNX Runtime. */
class OnnxTest {
  @TempDir Path home;

  /** Opens MiniLM, and says what DJL was told. */
  public static final class Opening {
    private Opening() {}

    /** Called in the JVM that is started. */
    public static void main(String[] args) {
      try (MiniLmModel model = new MiniLmModel(Loop.sequential())) {
        float[] e = model.embed("a").content().vector();
        System.out.println(e.length + " " + System.getProperty("OPT_OUT_TRACKING"));
      }
    }
  }

  /** A command line of a few thousand characters ends the JVM where the stack is of usual size. */
  @Test
  void aLongCommandLineDoesNotEndTheJvm() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlong=" + "x".repeat(20_000),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Opening.class.getName()));
    builder.environment().remove("ORT_DISABLE_TELEMETRY");
    builder.environment().remove("OPT_OUT_TRACKING");
    builder.environment().put("HOME", home.toString());
    builder.environment().put("XDG_CACHE_HOME", home.toString());
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    assertTrue(said.contains("384 true"), said);
  }
}
