package org.workedanswers.answers.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Finding;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.answers.sheet.Worksheet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures every claim that is due and prints the ledger. */
@Command(
    name = "claims",
    mixinStandardHelpOptions = true,
    description = "Measures all claims and prints the ledger as a table, or as JSON.")
final class ClaimsCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;

  @Option(
      names = "--json",
      description = "print a JSON array, an object a claim, and nothing else on stdout")
  private boolean json;

  ClaimsCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws JsonProcessingException {
    try (Workbench bench = run.workbench()) {
      List<Finding> findings = new ArrayList<>();
      for (Answer answer : Questions.worked()) {
        for (Claim claim : answer.claims()) {
          findings.add(bench.find(claim));
        }
      }
      if (json) {
        out.println(Json.of(findings.stream().map(ClaimsCommand::jsonOf).toList()));
      } else {
        table(findings);
      }
      return bench.ledger().asPinned() ? 0 : Study.DIFFERENT;
    }
  }

  private static Map<String, Object> jsonOf(Finding f) {
    Map<String, Object> o = new LinkedHashMap<>();
    o.put("id", f.claim().id());
    o.put("question", f.claim().question());
    o.put("claim", f.claim().statement());
    o.put("how", f.claim().how());
    o.put("measured", f.measured().json());
    o.put("unit", f.claim().unit());
    o.put("expected", f.claim().expected());
    o.put("low", f.claim().rule().low().json());
    o.put("high", f.claim().rule().high().json());
    o.put("verdict", f.verdict().words());
    o.put("pinned_verdict", f.pinned().map(Verdict::words).orElse(null));
    o.put("millis", f.millis());
    return o;
  }

  private void table(List<Finding> findings) {
    Worksheet sheet = new TerminalSheet(out, Ansi.AUTO);
    Table table = Table.of("Measured in this run", "claim", "verdict", "what", "measured");
    findings.forEach(f -> rows(table, f));
    sheet.table(table);
    Table open = Table.of("Not yet measured: no verdict", "claim", "what it says");
    Ledger.notYetMeasured().forEach(open::row);
    sheet.table(open);
  }

  /** What the text says, then a row for each number that was measured. */
  private static void rows(Table table, Finding f) {
    String unit = f.claim().unit().equals("1") ? "" : " " + f.claim().unit();
    String verdict =
        f.asPinned()
            ? f.verdict().words()
            : f.verdict().words() + " (expected: " + f.pinned().orElse(null) + ")";
    table.row(f.claim().id(), verdict, "the text says: " + f.claim().expected(), "");
    for (String name : f.measured().names()) {
      table.row(
          "", "", name.isEmpty() ? "here" : name, Numbers.shortest(f.measured().get(name)) + unit);
    }
  }
}
