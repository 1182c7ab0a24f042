package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Finding;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import picocli.CommandLine.Help.Ansi;

/** Shows whole answers in the terminal, each in the same order of parts. */
public final class Page {
  private final PrintStream out;
  private final Worksheet sheet;

  /** A page that prints to {@code out}, in colour if the terminal shows it. */
  public Page(PrintStream out) {
    this.out = out;
    this.sheet = new TerminalSheet(out, Ansi.AUTO);
  }

  void text(String line) {
    Text.wrap(line, TerminalSheet.WIDTH).forEach(out::println);
    out.flush();
  }

  /** What is asked, the working, the claims, what to try next, what to read. */
  public void show(Answer answer, Workbench bench) {
    out.println();
    sheet.title(answer.question(), answer.title());
    sheet.text(answer.asked());
    answer.work(sheet, bench);
    out.flush();
    List<Claim> claims = answer.claims();
    if (!claims.isEmpty()) {
      sheet.heading("Claims");
      for (Claim claim : claims) {
        sheet.findings(List.of(bench.find(claim)));
        out.flush();
      }
    }
    sheet.heading("Try next");
    sheet.list(answer.tryNext());
    sheet.heading("Read");
    sheet.list(answer.read().stream().map(Class::getName).toList());
    out.flush();
  }

  void summary(Workbench bench) {
    List<Finding> findings = bench.ledger().findings();
    long asPinned = findings.stream().filter(Finding::asPinned).count();
    out.println();
    text(
        findings.size()
            + " claims measured, "
            + asPinned
            + " with the verdict that the checked-in list expects. All of them: ./study claims");
  }
}
