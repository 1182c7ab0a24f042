package org.workedanswers.answers;

import java.nio.file.Path;
import java.util.Map;

/** Where a user's system keeps what can be made again. */
public final class CacheFolder {
  private static final String NAME = "worked-answers";

  private CacheFolder() {}

  /** This user's folder for this project. */
  public static Path standard() {
    return of(System.getenv(), System.getProperty("os.name"), System.getProperty("user.home"));
  }

  /** The folder for an environment, an operating system by its name, and a home. */
  static Path of(Map<String, String> environment, String os, String home) {
    String named = environment.get("XDG_CACHE_HOME");
    if (named != null && Path.of(named).isAbsolute()) {
      return Path.of(named, NAME);
    }
    if (os.startsWith("Windows") && environment.get("LOCALAPPDATA") != null) {
      return Path.of(environment.get("LOCALAPPDATA"), NAME, "cache");
    }
    return os.startsWith("Mac")
        ? Path.of(home, "Library", "Caches", NAME)
        : Path.of(home, ".cache", NAME);
  }
}
