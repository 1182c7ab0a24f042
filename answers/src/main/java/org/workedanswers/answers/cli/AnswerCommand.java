package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Workbench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Works one answer with its own settings. */
@Command(mixinStandardHelpOptions = true)
final class AnswerCommand implements Callable<Integer> {
  private final Answer answer;
  private final PrintStream out;

  @Mixin private RunOptions run;

  AnswerCommand(Answer answer, PrintStream out) {
    this.answer = answer;
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Workbench bench = run.workbench()) {
      Page page = new Page(out);
      page.show(answer, bench, run.explanation());
      out.println();
      page.times();
      return bench.ledger().asPinned() ? 0 : Study.DIFFERENT;
    }
  }
}
