package org.workedanswers.benchmarks.growth;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.workedanswers.benchmarks.Digits;
import org.workedanswers.core.Check;
import org.workedanswers.core.KernelsChoice;

/**
 * The program behind {@code ./study bench --growth [NAME...] [--svg FOLDER]}: how costs grow with
 * size. Exit status 0; 2 for wrong usage.
 */
public final class Growth {
  private static final String USAGE =
      """
      Usage: study bench --growth [NAME...] [--svg FOLDER]
      Measures how costs grow with size, and prints the exponents.
        NAME          %s
        --svg FOLDER  draws a picture of each there""";

  private Growth() {}

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    System.exit(run(Curves.ALL, List.of(args), System.out, System.err));
  }

  static int run(List<Curve> all, List<String> args, PrintStream out, PrintStream err) {
    String names = String.join(", ", all.stream().map(Curve::name).toList());
    try {
      List<String> wanted = new ArrayList<>(args);
      if (wanted.contains("--help") || wanted.contains("-h")) {
        out.printf(USAGE + "%n", names);
        return 0;
      }
      Path folder = folder(wanted);
      for (String name : wanted) {
        Check.that(
            all.stream().anyMatch(c -> c.name().equals(name)),
            "there is no curve '%s': there are %s",
            name,
            names);
      }
      out.println(KernelsChoice.explanation());
      for (Curve curve : all) {
        if (wanted.isEmpty() || wanted.contains(curve.name())) {
          show(curve, folder, out);
        }
      }
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("study: " + e.getMessage());
      err.println("Try: study bench --growth --help");
      return 2;
    } catch (IOException e) {
      err.println("study: the pictures can't be written: " + e);
      return 2;
    }
  }

  /** Takes {@code --svg FOLDER} out of the arguments; null if it is not there. */
  private static Path folder(List<String> args) throws IOException {
    int at = args.indexOf("--svg");
    if (at < 0) {
      return null;
    }
    Check.that(at + 1 < args.size(), "--svg needs a folder");
    Path folder = Path.of(args.remove(at + 1));
    args.remove(at);
    return Files.createDirectories(folder);
  }

  private static void show(Curve curve, Path folder, PrintStream out) throws IOException {
    out.printf("%n%s: %s by %s%n", curve.title(), curve.cost(), curve.size());
    List<Points> lines = curve.measurement().measure();
    for (Points p : lines) {
      out.println("  " + p.name());
      for (int i = 0; i < p.sizes().length; i++) {
        out.printf(Locale.ROOT, "    %,12.0f  %14s%n", p.sizes()[i], Digits.three(p.costs()[i]));
      }
      Points.Exponent e = p.exponent();
      out.printf(Locale.ROOT, "    exponent %.2f ± %.2f%n", e.value(), e.within());
    }
    out.println("  expected: " + curve.known());
    if (folder != null) {
      Path file = folder.resolve(curve.name() + ".svg");
      Picture.write(file, curve, lines);
      out.println("  drawn: " + file);
    }
  }
}
