package org.workedanswers.benchmarks.peers;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.benchmarks.peers.Catalogue.Entry;
import org.workedanswers.core.Check;
import org.workedanswers.core.KernelsChoice;

/**
 * The program behind {@code ./study bench --peers}: {@code [NAME...] [--list] [--json FILE]}.
 *
 * <p>Exit status 0, a missed goal and a peer that is not there included; 1 if two sides differ or
 * one fails; 2 for wrong usage.
 */
public final class Peers {
  /** Starts a JVM for a comparison. */
  @FunctionalInterface
  interface Starter {
    /** Returns its exit status when it has written its outcomes. */
    int run(Entry entry, Path outcomes) throws IOException, InterruptedException;
  }

  private final List<Entry> catalogue;
  private final Starter starter;
  private final PrintStream out;

  Peers(List<Entry> catalogue, Starter starter, PrintStream out) {
    this.catalogue = catalogue;
    this.starter = starter;
    this.out = out;
  }

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.exit(new Peers(Catalogue.ALL, new JavaStarter(), System.out).execute(List.of(args)));
  }

  int execute(List<String> args) throws IOException, InterruptedException {
    try {
      return run(Arguments.of(catalogue, args));
    } catch (IllegalArgumentException e) {
      System.err.println("study: " + e.getMessage());
      System.err.println("Try: study bench --peers --list");
      return 2;
    }
  }

  /**
   * What the command line asks for.
   *
   * @param entries what to compare
   * @param list whether to name the comparisons and no more
   * @param json where the outcomes go, or null
   */
  private record Arguments(List<Entry> entries, boolean list, Path json) {
    static Arguments of(List<Entry> catalogue, List<String> args) {
      List<String> names = new ArrayList<>();
      boolean list = false;
      Path json = null;
      for (int i = 0; i < args.size(); i++) {
        String arg = args.get(i);
        if (arg.equals("--list")) {
          list = true;
        } else if (arg.equals("--json")) {
          Check.that(i + 1 < args.size(), "--json needs a file");
          json = Path.of(args.get(++i));
        } else {
          Check.that(
              !arg.startsWith("-"), "'%s' is not known: there are --list and --json FILE", arg);
          names.add(arg);
        }
      }
      return new Arguments(Catalogue.named(catalogue, names), list, json);
    }
  }

  private int run(Arguments arguments) throws IOException, InterruptedException {
    if (arguments.list()) {
      arguments.entries().forEach(e -> out.printf("  %-20s %s%n", e.name(), e.title()));
      return 0;
    }
    List<Outcome> outcomes = new ArrayList<>();
    write(arguments.json(), outcomes); // a file that can't be written is noticed at once
    out.println("Java " + System.getProperty("java.version") + ". " + KernelsChoice.explanation());
    out.println(
        "Ratio: our speed / the peer's, median of the rounds; range: smallest and largest round.");
    out.println(Report.heading());
    int status = 0;
    int done = 0;
    for (Entry entry : arguments.entries()) {
      out.printf("%d/%d %s%n", ++done, arguments.entries().size(), entry.name());
      out.flush();
      if (run(entry, outcomes) == 1) {
        status = 1;
      }
      write(arguments.json(), outcomes);
    }
    long missed = outcomes.stream().filter(o -> !o.met()).count();
    out.printf("%d of %d goals met.%n", outcomes.size() - missed, outcomes.size());
    return status;
  }

  /** Runs one comparison, adds its outcomes, and returns 1 if it failed. */
  private int run(Entry entry, List<Outcome> outcomes) throws IOException, InterruptedException {
    if (Runtime.version().feature() < entry.java()) {
      out.printf("  skipped: it needs Java %d or newer%n", entry.java());
      return 0;
    }
    Path file = Files.createTempFile("outcomes", ".json");
    try {
      int status = starter.run(entry, file);
      if (Files.size(file) > 0) {
        outcomes.addAll(
            new JsonMapper().readValue(file.toFile(), new TypeReference<List<Outcome>>() {}));
      }
      if (status == 0 || status == Fork.UNAVAILABLE) {
        return 0;
      }
      out.printf("  failed: its JVM ended with status %d%n", status);
      return 1;
    } finally {
      Files.delete(file);
    }
  }

  private static void write(Path json, List<Outcome> outcomes) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(
          json, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(outcomes));
    } catch (IOException e) {
      throw new IllegalArgumentException(json + " can't be written", e);
    }
  }
}
