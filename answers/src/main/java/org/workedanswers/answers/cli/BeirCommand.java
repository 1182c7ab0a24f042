package org.workedanswers.answers.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.workedanswers.answers.EmbedderOptions;
import org.workedanswers.answers.RerankOptions;
import org.workedanswers.answers.SentenceModel;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.beir.BeirRun;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.core.Check;
import org.workedanswers.langchain4j.OnnxReranker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures retrieval on a collection in BEIR's layout. */
@Command(
    name = "beir",
    mixinStandardHelpOptions = true,
    description = {
      "Measures retrieval by words, by meaning, by both and reranked, on a collection in BEIR's layout.",
      "Its folder holds corpus.jsonl, queries.jsonl (or .jsonl.gz) and qrels/SPLIT.tsv."
    })
final class BeirCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;
  @Mixin private BeirRun.Settings settings;
  @Mixin private RerankOptions rerank;
  @Mixin private EmbedderOptions embedder;

  @Parameters(paramLabel = "DIR", description = "the collection's folder")
  private Path folder;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "writes what was found to a file too")
  private Path json;

  @Option(
      names = "--runs",
      paramLabel = "FOLDER",
      description = "writes each leg's rankings to a file there, as trec_eval reads them")
  private Path runs;

  BeirCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    if (json != null) {
      Path parent = json.toAbsolutePath().getParent();
      Check.that(
          parent != null && Files.isWritable(parent) && !Files.isDirectory(json),
          "--json names %s, which can't be written",
          json);
    }
    rerank.candidates();
    embedder.check();
    try (OnnxReranker crossEncoder = rerank.crossEncoder().orElse(null);
        Workbench bench = run.workbench()) {
      BeirRun beir = new BeirRun(bench, settings, folder);
      Check.that(
          !beir.rounds() || embedder.ours(),
          "--weights rounds this project's own encoder: leave --embedder out");
      if (runs != null) {
        beir.checkRuns(runs);
      }
      try (SentenceModel model = embedder.open(bench)) {
        beir.measure(model.key(), model.embedder(), model.tokens());
        beir.weights();
        if (rerank.lateInteraction()) {
          beir.lateInteraction(model.tokenEmbedder(), rerank.candidates());
        }
      }
      if (crossEncoder != null) {
        beir.rerank(crossEncoder, rerank.candidates());
      }
      beir.show(new TerminalSheet(out, Ansi.AUTO));
      if (runs != null) {
        beir.writeRuns(runs);
      }
      if (json != null) {
        Files.writeString(json, Json.of(beir.json()));
      }
      return 0;
    }
  }
}
