package org.workedanswers.answers.sheet;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.answers.ledger.Finding;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.answers.ledger.Verdict;
import picocli.CommandLine.Help.Ansi;

/** Draws a worksheet in a terminal, {@value #WIDTH} columns wide; colours only where wanted. */
public final class TerminalSheet implements Worksheet {
  /** Columns of the page. */
  public static final int WIDTH = 98;

  private static final String INDENT = "  ";

  private final PrintStream out;
  private final Ansi ansi;

  /** A sheet that prints to {@code out}. */
  public TerminalSheet(PrintStream out, Ansi ansi) {
    this.out = out;
    this.ansi = ansi;
  }

  @Override
  public void title(int question, String title) {
    out.println("─".repeat(WIDTH));
    out.println(styled("bold", "Question " + question + ". " + title));
    out.println("─".repeat(WIDTH));
  }

  @Override
  public void heading(String heading) {
    out.println();
    out.println(styled("bold", heading));
  }

  @Override
  public void text(String paragraph) {
    Text.wrap(paragraph, WIDTH).forEach(out::println);
  }

  @Override
  public void formula(String... lines) {
    out.println();
    for (String line : lines) {
      out.println(INDENT + INDENT + line);
    }
    out.println();
  }

  @Override
  public void table(Table table) {
    out.println();
    caption(table.caption());
    TableText.lines(table, WIDTH - INDENT.length()).forEach(line -> out.println(INDENT + line));
    out.println();
  }

  @Override
  public void heatMaps(List<HeatMap> maps) {
    out.println();
    HeatMapText.lines(maps, WIDTH - INDENT.length()).forEach(line -> out.println(INDENT + line));
    out.println();
  }

  @Override
  public void plot(Plot plot) {
    out.println();
    caption(plot.caption());
    PlotText.lines(plot).forEach(line -> out.println(INDENT + line));
    out.println();
  }

  @Override
  public void bars(String caption, List<String> labels, double[] values, String unit) {
    out.println();
    caption(caption);
    int label = labels.stream().mapToInt(String::length).max().orElse(0);
    double max = 0;
    for (double v : values) {
      max = Math.max(max, v);
    }
    int room = WIDTH - INDENT.length() - label - 20;
    for (int i = 0; i < values.length; i++) {
      int eighths = max == 0 ? 0 : (int) Math.round(8 * room * values[i] / max);
      String bar = "█".repeat(eighths / 8) + " ▏▎▍▌▋▊▉".substring(eighths % 8, eighths % 8 + 1);
      out.println(
          INDENT
              + Text.padRight(labels.get(i), label)
              + " "
              + bar.strip()
              + " "
              + (Numbers.shortest(values[i]) + " " + unit).strip());
    }
    out.println();
  }

  @Override
  public void code(Class<?> type, String method) {
    out.println();
    caption(type.getName());
    Excerpt.of(type, method).forEach(line -> out.println(INDENT + INDENT + line));
    out.println();
  }

  @Override
  public void findings(List<Finding> findings) {
    for (Finding f : findings) {
      out.println();
      out.println(
          styled(style(f.verdict()), f.verdict().words()) + "  " + styled("bold", f.claim().id()));
      indented(f.claim().statement());
      indented("the text says: " + f.claim().expected());
      if (f.measured().names().size() == 1) {
        indented("measured: " + measured(f));
        indented("how: " + f.claim().how());
        indented("bounds: " + f.claim().rule().low() + "  to  " + f.claim().rule().high());
      } else {
        indented("how: " + f.claim().how());
        numbers(f);
      }
      f.notes().forEach(note -> indented("beside it: " + note));
      if (!f.asPinned()) {
        String pinned = f.pinned().map(Verdict::words).orElse("nothing");
        out.println(INDENT + styled("red", "The checked-in list expects: " + pinned));
      }
    }
  }

  private static String measured(Finding f) {
    Value v = f.measured();
    return v + (f.claim().unit().equals("1") ? "" : " " + f.claim().unit());
  }

  /** Several numbers: a line each, beside its bounds. */
  private void numbers(Finding f) {
    String unit = f.claim().unit().equals("1") ? "" : ", " + f.claim().unit();
    Table table = Table.of("", "", "measured" + unit, "low", "high");
    Value low = f.claim().rule().low();
    Value high = f.claim().rule().high();
    for (String name : f.measured().names()) {
      table.row(
          name,
          Numbers.shortest(f.measured().get(name)),
          Numbers.shortest(low.get(name)),
          Numbers.shortest(high.get(name)));
    }
    TableText.lines(table, WIDTH - 6).forEach(line -> out.println(INDENT.repeat(3) + line));
  }

  @Override
  public void list(List<String> items) {
    for (String item : items) {
      List<String> lines = Text.wrap(item, WIDTH - 4);
      for (int i = 0; i < lines.size(); i++) {
        out.println((i == 0 ? "  - " : "    ") + lines.get(i));
      }
    }
  }

  private void caption(String caption) {
    if (!caption.isEmpty()) {
      List<String> lines = new ArrayList<>(Text.wrap(caption, WIDTH - INDENT.length()));
      lines.forEach(line -> out.println(INDENT + styled("underline", line)));
    }
  }

  private void indented(String text) {
    Text.wrap(text, WIDTH - 4).forEach(line -> out.println(INDENT + INDENT + line));
  }

  private static String style(Verdict verdict) {
    return switch (verdict) {
      case HOLDS, HOLDS_ROUNDED -> "bold,green";
      case HOLDS_IF -> "bold,yellow";
      case DOES_NOT_HOLD -> "bold,red";
      case NOT_CHECKABLE_HERE -> "bold";
    };
  }

  private String styled(String style, String text) {
    return ansi.enabled()
        ? Ansi.Style.on(Ansi.Style.parse(style)) + text + Ansi.Style.reset.on()
        : text;
  }
}
