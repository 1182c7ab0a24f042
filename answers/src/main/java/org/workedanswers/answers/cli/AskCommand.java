package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workedanswers.answers.RerankOptions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.docs.AnswerPage;
import org.workedanswers.answers.docs.Library;
import org.workedanswers.answers.docs.LibraryOptions;
import org.workedanswers.answers.docs.ModelOptions;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.core.Check;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.answer.LanguageModel;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.observe.StepObserver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Answers a question from a folder of documents. */
@Command(
    name = "ask",
    mixinStandardHelpOptions = true,
    description = {
      "Answers a question from a folder of documents, with citations.",
      "Takes in first what is new or has changed there. Nothing leaves this machine unless --model"
          + " names a server."
    })
final class AskCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;
  @Mixin private LibraryOptions library;
  @Mixin private RerankOptions rerank;
  @Mixin private ModelOptions model;

  @Parameters(paramLabel = "QUESTION", arity = "1..*", description = "what is asked")
  private List<String> question;

  @Option(
      names = "--least-evidence",
      paramLabel = "X",
      description =
          "the cosine of question and closest sentence below which the documents are taken not to"
              + " hold an answer (default: ${DEFAULT-VALUE}, chosen by the measurement of"
              + " q16.cite)")
  private double leastEvidence = AnswerSettings.MEASURED_LEAST_EVIDENCE;

  @Option(
      names = "--quotes",
      paramLabel = "N",
      description = "sentences of an answer without a model, at most (default: ${DEFAULT-VALUE})")
  private int quotes = 3;

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "characters of a passage with what stands around it that are read (default:"
              + " ${DEFAULT-VALUE})")
  private int context = 1500;

  @Option(names = "--show-prompt", description = "shows what the model was handed")
  private boolean showPrompt;

  @Option(names = "--skipped", description = "names every file that was left out")
  private boolean skipped;

  @Option(names = "--json", description = "the answer as a JSON object, and nothing else")
  private boolean json;

  AskCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    String asked = String.join(" ", question);
    Check.that(!asked.isBlank(), "the question is blank");
    AnswerSettings settings = new AnswerSettings(leastEvidence, quotes, context);
    Optional<LanguageModel> by = model.model();
    try (Workbench bench = run.workbench();
        Library documents = new Library(library, rerank, bench)) {
      IngestReport report = documents.ingest();
      Answer answer =
          new Answerer(
                  documents.search(),
                  documents.store(),
                  documents.embedder(),
                  by,
                  settings,
                  StepObserver.NONE)
              .answer(asked);
      if (json) {
        out.println(Json.of(AnswerPage.json(answer)));
        return 0;
      }
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      AnswerPage.ingested(sheet, report, skipped);
      AnswerPage.show(sheet, answer, leastEvidence);
      if (showPrompt) {
        answer.prompt().ifPresent(p -> AnswerPage.prompt(sheet, p));
      }
      return 0;
    }
  }
}
