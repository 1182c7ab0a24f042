package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.Requantization;
import org.workedanswers.answers.models.RequantizationPage;
import org.workedanswers.answers.models.TextScore;
import org.workedanswers.answers.models.WeightFormat;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.LogLikelihood;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model's weights in fewer bits. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    description = {
      "Writes a GGUF file's weights in another format to another file, and shows what that saves",
      "and costs: bytes, bits a weight, errors by part, and with --text how well the model foresees",
      "a text before and after."
    })
final class QuantizeCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;

  @Parameters(index = "0", paramLabel = "FILE", description = "the model")
  private Path from;

  @Parameters(index = "1", paramLabel = "OUT", description = "where it is written")
  private Path to;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      required = true,
      description = "q4_0, q4_1, q5_0, q5_1, q8_0, f16 or bf16")
  private String format;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "a text that both foresee; <|endoftext|> stands between documents")
  private Path text;

  @Option(names = "--force", description = "replaces OUT if it is there")
  private boolean force;

  QuantizeCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Requantization work = new Requantization(from, WeightFormat.named(format));
    Requantization.checkTarget(from, to, force);
    List<String> documents = text == null ? List.of() : TextScore.documents(text);
    try (Workbench bench = run.workbench()) {
      Compute compute = Compute.plain(bench.kernels(), bench.loop());
      Optional<LogLikelihood> before = score(from, documents, compute);
      work.write(to, force, bench);
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      RequantizationPage.show(sheet, work);
      before.ifPresent(
          b -> RequantizationPage.scores(sheet, b, score(to, documents, compute).orElseThrow()));
      return 0;
    }
  }

  private static Optional<LogLikelihood> score(Path file, List<String> documents, Compute compute) {
    return documents.isEmpty()
        ? Optional.empty()
        : Optional.of(TextScore.of(DecoderFile.read(file, Optional.empty()), documents, compute));
  }
}
