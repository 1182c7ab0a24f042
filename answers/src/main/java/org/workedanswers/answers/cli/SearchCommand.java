package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.workedanswers.answers.RerankOptions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.docs.AnswerPage;
import org.workedanswers.answers.docs.Library;
import org.workedanswers.answers.docs.LibraryOptions;
import org.workedanswers.answers.docs.SearchPage;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.core.Check;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchTrace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Searches a folder of documents. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Searches a folder of documents by words and by meaning, both fused.",
      "Takes in first what is new or has changed there."
    })
final class SearchCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;
  @Mixin private LibraryOptions library;
  @Mixin private RerankOptions rerank;

  @Parameters(paramLabel = "QUERY", arity = "1..*", description = "what is searched for")
  private List<String> query;

  @Option(
      names = "--explain",
      description = "shows how each leg ranks the passages, and which words they share")
  private boolean explain;

  @Option(
      names = "--also",
      paramLabel = "WORDING",
      description = "the query in other words, searched for as well and fused; may be given again")
  private List<String> also = List.of();

  @Option(names = "--skipped", description = "names every file that was left out")
  private boolean skipped;

  @Option(names = "--json", description = "the passages as a JSON object, and nothing else")
  private boolean json;

  SearchCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    String asked = String.join(" ", query);
    Check.that(!asked.isBlank(), "the query is blank");
    try (Workbench bench = run.workbench();
        Library documents = new Library(library, rerank, bench)) {
      IngestReport report = documents.ingest();
      PassageSearch search = documents.search();
      List<String> wordings = new ArrayList<>(List.of(asked));
      wordings.addAll(also);
      SearchTrace trace = search.trace(wordings);
      if (json) {
        out.println(Json.of(SearchPage.json(asked, trace)));
        return 0;
      }
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      AnswerPage.ingested(sheet, report, skipped);
      SearchPage.show(sheet, asked, trace);
      if (explain && !trace.results().isEmpty()) {
        SearchPage.explain(sheet, asked, trace, search.settings().rrfK());
      }
      return 0;
    }
  }
}
