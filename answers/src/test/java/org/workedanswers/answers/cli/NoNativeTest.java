package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The default path needs nothing native: it runs where the native libraries are not there. */
class NoNativeTest {
  @TempDir Path folder;

  /** Runs each line as a command, and ends with the highest status. */
  public static final class Commands {
    private Commands() {}

    public static void main(String[] lines) {
      int status = 0;
      for (String line : lines) {
        int is = Study.execute(System.out, System.err, line.split(" "));
        System.out.println("status " + is + " of " + line);
        status = Math.max(status, is);
      }
      System.exit(status);
    }
  }

  @Test
  void commandsRunWithoutOnnxRuntimeAndDjl() throws IOException, InterruptedException {
    Path docs = Files.createDirectory(folder.resolve("docs"));
    Files.writeString(docs.resolve("a.txt"), "The spare key is in the blue tin.");
    Path beir = Files.createDirectories(folder.resolve("beir/qrels")).getParent();
    Files.writeString(
        beir.resolve("corpus.jsonl"),
        "{\"_id\": \"d\", \"title\": \"\", \"text\": \"a blue tin\"}\n");
    Files.writeString(beir.resolve("queries.jsonl"), "{\"_id\": \"q\", \"text\": \"tin\"}\n");
    Files.writeString(beir.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq\td\t1\n");
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> kept =
        Arrays.stream(all.split(File.pathSeparator))
            .filter(p -> !p.matches(".*(onnxruntime|djl|jna).*\\.jar"))
            .toList();
    assertTrue(kept.size() < all.split(File.pathSeparator).length, "none was there: " + all);
    String places = " --docs " + docs + " --index " + folder.resolve("index") + " ";
    String[] commands = {
      "embed key tin --layer 1",
      "ask" + places + "Where is the spare key?",
      "search" + places + "--late-interaction key",
      "beir " + beir + " --cache " + folder.resolve("cache")
    };
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                kept.stream().collect(Collectors.joining(File.pathSeparator)),
                Commands.class.getName()));
    line.addAll(List.of(commands));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    assertTrue(said.contains("The spare key is in the blue tin."), said);
    for (String command : commands) {
      assertTrue(said.contains("status 0 of " + command), said);
    }
  }
}
