package org.workedanswers.benchmarks.peers;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.workedanswers.benchmarks.Digits;

/** Runs a comparison's races, prints a line for each as it ends, and keeps the outcomes. */
public final class Report {
  private static final String LINE = "  %-34s %-24s %7s %10s %10s %7s %15s %6s  %s";

  private final Race race;
  private final PrintStream out;
  private final List<Outcome> outcomes = new ArrayList<>();

  /** A report of races, line by line. */
  Report(Race race, PrintStream out) {
    this.race = race;
    this.out = out;
  }

  /** The heading of the lines. */
  static String heading() {
    return line("", "peer", "threads", "ours", "peer's", "ratio", "range", "goal", "");
  }

  /** The outcomes so far. */
  List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }

  /** Races on one thread and reports the median of the rounds. */
  public void race(String name, double goal, Contender ours, Contender peer) {
    race(Race.Settings.STANDARD, name, goal, ours, peer);
  }

  /** The same, with settings of its own. */
  public void race(
      Race.Settings settings, String name, double goal, Contender ours, Contender peer) {
    Timings timings = race.run(settings, ours, peer);
    add(name, peer, 1, goal, timings, timings.median());
  }

  /** Races two threads against one and reports the best of the rounds. */
  public void raceTwoThreads(String name, double goal, Contender two, Contender one) {
    Timings timings = race.run(Race.Settings.STANDARD, two, one);
    add(name, one, 2, goal, timings, timings.best());
  }

  private void add(
      String name, Contender peer, int threads, double goal, Timings timings, Timings.Ratio ratio) {
    Outcome outcome =
        new Outcome(name, peer.name(), threads, ratio.value(), ratio.low(), ratio.high(), goal);
    outcomes.add(outcome);
    out.println(
        line(
            name,
            peer.name(),
            threads,
            time(timings.ourSeconds()),
            time(timings.peersSeconds()),
            ratio(outcome.ratio()),
            ratio(outcome.low()) + " - " + ratio(outcome.high()),
            ratio(goal),
            outcome.met() ? "met" : "missed"));
    out.flush();
  }

  /** Tells a waiting person what takes long, or what a line does not say. */
  public void note(String text) {
    out.println("  " + text);
    out.flush();
  }

  private static String line(Object... cells) {
    return String.format(Locale.ROOT, LINE, cells).stripTrailing();
  }

  /** To the two decimals that {@link Outcome#met} looks at. */
  private static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio);
  }

  private static String time(double seconds) {
    return seconds < 1e-3
        ? Digits.three(1e6 * seconds) + " us"
        : seconds < 1 ? Digits.three(1e3 * seconds) + " ms" : Digits.three(seconds) + " s";
  }
}
