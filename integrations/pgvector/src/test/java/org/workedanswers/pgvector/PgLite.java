package org.workedanswers.pgvector;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * PGlite, a PostgreSQL in node, which npm fetches into target/pglite. It ends with this JVM,
 * however that ends: its standard input does then.
 */
final class PgLite {
  private static final Path SOURCE = Path.of("src/test/pglite");
  private static final Path FOLDER = Path.of("target/pglite");
  private static final int NPM_SECONDS = 120;

  private PgLite() {}

  /**
   * Starts it.
   *
   * @return its URL
   * @throws IOException if node or npm is missing, npm reaches nothing, or it does not start
   */
  static String start() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    for (String file : List.of("package.json", "package-lock.json", ".npmrc", "server.mjs")) {
      Files.copy(SOURCE.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    install();
    Process node =
        new ProcessBuilder("node", "--liftoff-only", "server.mjs", "empty.tar")
            .directory(FOLDER.toFile())
            .redirectError(FOLDER.resolve("node.log").toFile())
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
    String port = out.readLine();
    if (port == null) {
      throw new IOException("PGlite did not start: " + tail("node.log"));
    }
    return "jdbc:postgresql://127.0.0.1:"
        + port
        + "/postgres?user=postgres&sslmode=disable&loginTimeout=30&socketTimeout=30";
  }

  /** Where the lock file is the one that was installed there is nothing to do. */
  private static void install() throws IOException, InterruptedException {
    Path done = FOLDER.resolve("installed.json");
    Path lock = FOLDER.resolve("package-lock.json");
    if (Files.exists(done) && Files.mismatch(done, lock) < 0) {
      return;
    }
    String npm = File.separatorChar == '\\' ? "npm.cmd" : "npm";
    Process process =
        new ProcessBuilder(npm, "ci", "--prefer-offline", "--fetch-retries=0")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("npm.log").toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(NPM_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException("npm took more than " + NPM_SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException("npm ci failed: " + tail("npm.log"));
    }
    Files.copy(lock, done, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String tail(String log) throws IOException {
    String all = Files.readString(FOLDER.resolve(log)).strip();
    return all.substring(Math.max(0, all.length() - 500));
  }
}
