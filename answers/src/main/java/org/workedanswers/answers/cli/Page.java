package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
    show(answer, bench, "");
  }

  /** The same below a first line. Settings that are refused leave nothing on the page. */
  void show(Answer answer, Workbench bench, String firstLine) {
    answer.work(
        headed(
            () -> {
              if (!firstLine.isEmpty()) {
                text(firstLine);
              }
              out.println();
              sheet.title(answer.question(), answer.title());
              sheet.text(answer.asked());
            }),
        bench);
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

  /** The sheet, with the head written before the first thing that is written on it. */
  private Worksheet headed(Runnable head) {
    AtomicBoolean written = new AtomicBoolean();
    return (Worksheet)
        Proxy.newProxyInstance(
            Worksheet.class.getClassLoader(),
            new Class<?>[] {Worksheet.class},
            (proxy, method, args) -> {
              if (!written.getAndSet(true)) {
                head.run();
              }
              try {
                return method.invoke(sheet, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
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
    findings.stream()
        .filter(f -> !f.asPinned())
        .forEach(f -> text("Not as expected: " + f.claim().id() + ", " + f.verdict()));
    times();
  }

  /** What a page ends with that shows times. */
  void times() {
    text(
        "Times, where any stand above, are of this run and swing with what else the machine does; no"
            + " verdict rests on one.");
    out.flush();
  }
}
