package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The oracles made by other systems, read where they stand.
 *
 * <p>The system property {@code workedanswers.data} names their folder. A test that needs a file
 * which is not there is skipped and says so, or fails if {@code workedanswers.data.required} is
 * true.
 */
public final class SharedData {
  private SharedData() {}

  /** The file of that name under the folder; ends the test if there is none. */
  public static Path file(String name) {
    String folder = System.getProperty("workedanswers.data", "../../shared/data");
    Path path = Path.of(folder, name);
    if (!Files.isReadable(path)) {
      String message = "needs the oracle " + name + ", and " + path + " is not there";
      if (Boolean.getBoolean("workedanswers.data.required")) {
        fail(message);
      }
      abort(message);
    }
    return path;
  }
}
