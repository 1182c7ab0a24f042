package org.workedanswers.nd4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.KernelsChoice;

class Nd4jKernelsProviderTest {
  @Test
  void theyAreFoundByNameAndAreNotTheDefault() {
    assertTrue(KernelsChoice.available().contains("nd4j"));
    assertEquals("nd4j", KernelsChoice.named("nd4j").name());
    assertFalse(KernelsChoice.best().name().equals("nd4j"));
  }

  @Test
  void aPlatformWithoutNativesIsNamedWithTheRemedy() {
    assertEquals(Optional.empty(), new Nd4jKernelsProvider().unavailable());
    String why = Nd4jKernelsProvider.unavailable("plan9-mips").orElseThrow();
    assertTrue(why.contains("plan9-mips") && why.contains("nd4j-native"), why);
  }

  /** In a JVM of its own, since in this one other tests have started ND4J. */
  @Test
  void lookingThemUpDoesNotStartNd4j() throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-verbose:class",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    LookUp.class.getName()))
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), output);
    assertTrue(output.contains("looked up: [plain, blocked, nd4j]"), output);
    assertTrue(output.contains("Nd4jKernelsProvider source:"), "the test sees no classes");
    assertFalse(output.contains("org.nd4j.linalg.factory.Nd4j source:"), "ND4J was started");
  }

  /** Looks the kernels up, and does no more. */
  static final class LookUp {
    public static void main(String[] args) {
      System.out.println("looked up: " + KernelsChoice.available());
    }
  }
}
