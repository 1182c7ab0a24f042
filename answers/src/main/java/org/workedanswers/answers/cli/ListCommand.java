package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.TerminalSheet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** Lists the sixteen questions. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists all sixteen questions: which are worked, which not yet.")
final class ListCommand implements Callable<Integer> {
  private final PrintStream out;

  ListCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Table table = Table.of("", "", "question", "", "claims measured");
    for (int q = 1; q <= Questions.count(); q++) {
      var answer = Questions.answer(q);
      table.row(
          q,
          Questions.title(q),
          answer.isPresent() ? "worked: ./study " + q : "not yet worked",
          answer.map(a -> Integer.toString(a.claims().size())).orElse(""));
    }
    new TerminalSheet(out, Ansi.AUTO).table(table);
    return 0;
  }
}
