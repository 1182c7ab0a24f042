package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.TextScore;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.LogLikelihood;
import org.workedanswers.transformer.Storage;

/** {@code context}, as a person calls it. */
class ContextTest {
  private static final String MODEL = SharedData.file("gguf/stories260K-f16.gguf").toString();
  private static final Path TEXT = SharedData.file("llm/tinystories_sample.txt");

  @TempDir Path folder;

  private static Run context(String... more) {
    List<String> all = new ArrayList<>(List.of("context", "--model", MODEL));
    all.addAll(List.of(more));
    return Run.study(all.toArray(String[]::new));
  }

  /** The numbers of a row. */
  private static List<String> row(Run run, String name) {
    assertEquals(0, run.status(), run.err());
    String line =
        run.out().lines().filter(l -> l.strip().startsWith(name + "  ")).findFirst().orElseThrow();
    return Arrays.asList(line.strip().substring(name.length()).strip().split(" +"));
  }

  /** The first half of the training, scored apart from the command: plain, and with a window. */
  @Test
  void theTableHasWhatTheModelLoses() {
    Run run = context("--text", TEXT.toString(), "--upto", "1", "--texts", "1", "--window", "32");
    assertTrue(run.out().contains("0 to 0.5 L") && run.out().contains("0.5 to 1 L"), run.out());
    assertTrue(run.out().contains("hold the keys and values of 32 tokens"), run.out());
    assertFalse(run.out().contains("00 L"), run.out());
    DecoderFile file = DecoderFile.read(Path.of(MODEL), Optional.empty());
    List<Integer> text = new ArrayList<>();
    for (String document : TextScore.documents(TEXT)) {
      Arrays.stream(file.tokens().encode(document)).forEach(text::add);
    }
    int[] half = text.stream().limit(257).mapToInt(t -> t).toArray();
    Compute compute = Compute.plain(KernelsChoice.best(), Loop.sequential());
    double[] each = LogLikelihood.each(file.decoder(Storage.STORED, 256).start(compute, 256), half);
    assertEquals(
        Arrays.stream(each).average().orElseThrow(),
        Double.parseDouble(row(run, "plain").get(0)),
        6e-4);
    List<String> window = row(run, "window of 32");
    assertEquals(2, window.size());
    assertNotEquals(row(run, "plain"), window);
    assertEquals(window, row(run, "no sinks, the newest 32"), "positions are relative");
    assertNotEquals(window, row(run, "4 sinks, the newest 28"));
  }

  @Test
  void rowsAreScaledPositionsToo() throws IOException {
    Path text = Files.writeString(folder.resolve("short.txt"), "Once upon a time");
    Run run = context("--text", text.toString(), "--upto", "2", "--texts", "1");
    assertEquals(3, row(run, "YaRN, s = 1.5").size()); // as far as it reaches
    assertEquals(4, row(run, "NTK, s = 2").size());
    assertEquals(4, row(run, "window of 256").size());
  }

  @Test
  void badInputIsOneSentence() throws IOException {
    String text = TEXT.toString();
    Path empty = Files.writeString(folder.resolve("empty.txt"), " \n");
    refused("--window is 4: it must be in 5..512", "--text", text, "--window", "4");
    refused("--window is 513", "--text", text, "--window", "513");
    refused("upto is 17", "--text", text, "--upto", "17");
    refused("texts is 0", "--text", text, "--texts", "0");
    refused("holds no text", "--text", empty.toString());
    refused("is no file", "--text", folder.resolve("none").toString());
    refused("--text");
  }

  private static void refused(String part, String... options) {
    Run run = context(options);
    assertEquals(2, run.status(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("study: ") && run.err().contains(part), run.err());
    assertFalse(run.err().contains("Exception") || run.err().contains("\tat "), run.err());
  }
}
