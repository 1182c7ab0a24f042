package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.ContextLoss;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.TextScore;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.transformer.Compute;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a model loses beyond the length of its training. */
@Command(
    name = "context",
    mixinStandardHelpOptions = true,
    description = {
      "Shows how well a Llama-style model foresees a text beyond the length that it was trained",
      "with: plain, with its positions scaled, and with a cache that forgets."
    })
final class ContextCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      required = true,
      description = "a GGUF file, one of llama2.c's (.bin), or a folder as Hugging Face has it")
  private Path model;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "the model's tokenizer (default: the one in the model's file or folder)")
  private Path tokenizer;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      required = true,
      description =
          "a text; <|endoftext|> stands between documents, which follow one another, the first"
              + " again after the last")
  private Path text;

  @Option(
      names = "--upto",
      paramLabel = "X",
      description =
          "how many times as long as the training the text is, 1 to 16 (default: ${DEFAULT-VALUE})")
  private int upto = 4;

  @Option(
      names = "--texts",
      paramLabel = "N",
      description = "texts, each begun at another document (default: ${DEFAULT-VALUE})")
  private int texts = 4;

  @Option(
      names = "--window",
      paramLabel = "W",
      description =
          "tokens whose keys and values a cache that forgets holds, 5 to the training's (default:"
              + " half of the training's)")
  private Integer window;

  ContextCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    DecoderFile file = DecoderFile.read(model, Optional.ofNullable(tokenizer));
    List<String> documents = TextScore.documents(text);
    ContextLoss loss =
        window == null
            ? new ContextLoss(file, documents, upto, texts)
            : new ContextLoss(file, documents, upto, texts, window);
    try (Workbench bench = run.workbench()) {
      var rows = loss.measure(Compute.plain(bench.kernels(), bench.loop()));
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      sheet.table(loss.table(rows));
      sheet.text(loss.note());
      return 0;
    }
  }
}
