package org.workedanswers.answers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.answers.sheet.Text;

/**
 * What an answer prints, held against a checked-in text.
 *
 * <p>What depends on the machine is masked on both sides: durations ({@code 3.2 ms} is {@code
 * <time>}), numbers with an exponent, which are rounding errors and the like, and whatever else a
 * test names by a regular expression. Where a table holds a duration the width of its columns goes
 * with it, so gaps and rulers of such a table count as two characters each. Run a test with {@code
 * -Dtranscripts.write=true} to write the text anew, and read the difference before it is committed.
 */
public final class Transcript {
  /** The widest line: a line of code as the formatter allows it, indented. */
  private static final int WIDEST = 102;

  private Transcript() {}

  /**
   * Runs {@code study arguments} with the blocked kernels, which run everywhere, and compares with
   * {@code transcripts/name.txt}.
   *
   * @param masks regular expressions of what is masked besides
   */
  public static void check(String name, String arguments, String... masks) throws IOException {
    compare(name, arguments + " --kernels blocked", masks);
  }

  /** The same with the best kernels there are, for pages whose numbers are masked or rounded. */
  public static void checkFast(String name, String arguments, String... masks) throws IOException {
    compare(name, arguments, masks);
  }

  private static void compare(String name, String arguments, String... masks) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Study.execute(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments.split(" "));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
    assertEquals(0, status);
    String whole = out.toString(StandardCharsets.UTF_8);
    String printed = masked(whole, masks);
    for (String line : whole.lines().toList()) {
      assertTrue(Text.columns(line) <= WIDEST, "too wide: " + line);
    }
    if (Boolean.getBoolean("transcripts.write")) {
      Path file = Path.of("src/test/resources/transcripts", name + ".txt");
      Files.createDirectories(file.getParent());
      Files.writeString(file, printed);
      return;
    }
    try (InputStream in = Transcript.class.getResourceAsStream("/transcripts/" + name + ".txt")) {
      assertNotNull(in, "no transcript " + name + ": write it with -Dtranscripts.write=true");
      String expected = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> wanted = expected.lines().toList();
      List<String> lines = printed.lines().toList();
      for (int i = 0; i < Math.min(wanted.size(), lines.size()); i++) {
        assertEquals(wanted.get(i), lines.get(i), name + ".txt, line " + (i + 1));
      }
      assertEquals(wanted.size(), lines.size(), "lines of " + name + ".txt");
    }
  }

  private static String masked(String text, String... masks) {
    String masked =
        text.replaceAll("(?ms)^Kernels: .*?\\R\\R", "Kernels: <kernels>\n\n") // a line or two
            .replaceAll("-?[0-9.]+e[-+][0-9]+", "<small>")
            .replaceAll("[0-9]+(,[0-9]{3})*(\\.[0-9]+)? (µs|ms|s)\\b", "<time>");
    for (String mask : masks) {
      masked = masked.replaceAll(mask, "<masked>");
    }
    masked = masked.replaceAll("(?m)[ \\t]+$", "");
    return Stream.of(masked.split("(?<=\n\n)"))
        .map(p -> p.contains("<time>") ? p.replaceAll("(?<=\\S) {2,}", "  ") : p)
        .map(p -> p.contains("<time>") ? p.replaceAll("─{2,}", "──") : p)
        .collect(Collectors.joining());
  }
}
