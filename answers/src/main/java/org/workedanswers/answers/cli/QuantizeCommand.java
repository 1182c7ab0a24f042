package org.workedanswers.answers.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.CalibratedWeights;
import org.workedanswers.answers.models.CalibrationText;
import org.workedanswers.answers.models.Comparison;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.Requantization;
import org.workedanswers.answers.models.RequantizationPage;
import org.workedanswers.answers.models.RoundingMethod;
import org.workedanswers.answers.models.TextScore;
import org.workedanswers.answers.models.WeightFormat;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.core.Check;
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
  private static final String NEAREST = "nearest";

  private final PrintStream out;

  @Mixin private RunOptions run;

  @Parameters(index = "0", paramLabel = "FILE", description = "the model")
  private Path from;

  @Parameters(index = "1", arity = "0..1", paramLabel = "OUT", description = "where it is written")
  private Path to;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      description = "q4_0, q4_1, q5_0, q5_1, q8_0, f16 or bf16")
  private String format;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "a text that both foresee; <|endoftext|> stands between documents")
  private Path text;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description = {
        "how codes are found: nearest, or with --calibrate gptq, gptq-order (large inputs first) or",
        "awq (its scales go into the norms before Q, K, V, gate and up; other matrices to nearest);",
        "(default: ${DEFAULT-VALUE})"
      })
  private String method = NEAREST;

  @Option(
      names = "--calibrate",
      paramLabel = "FILE",
      description = "a text that shows what inputs the layers get")
  private Path calibrate;

  @Option(
      names = "--calibrate-tokens",
      paramLabel = "N",
      description = "how many tokens of it are taken (default: " + CalibrationText.TOKENS + ")")
  private Integer calibrateTokens;

  @Option(
      names = "--compare",
      description = "writes nothing: formats and methods side by side, with --calibrate and --text")
  private boolean compare;

  @Option(names = "--force", description = "replaces OUT if it is there")
  private boolean force;

  QuantizeCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Check.that(
        calibrate != null || calibrateTokens == null,
        "--calibrate-tokens is for the text that --calibrate names");
    if (compare) {
      return compare();
    }
    Check.that(format != null, "--to is missing: it names the format");
    WeightFormat wanted = WeightFormat.named(format);
    Check.that(to != null, "OUT is missing: it names the file to write");
    RoundingMethod rounding = RoundingMethod.named(method);
    Check.that(
        rounding == RoundingMethod.NEAREST || calibrate != null,
        "--method %s needs a text: --calibrate names one",
        rounding);
    Check.that(
        rounding != RoundingMethod.NEAREST || calibrate == null,
        "--calibrate is for a --method that looks at inputs: gptq, gptq-order or awq");
    Requantization work = new Requantization(from, wanted);
    Requantization.checkTarget(from, to, force);
    List<String> documents = text == null ? List.of() : TextScore.documents(text);
    try (Workbench bench = run.workbench()) {
      Compute compute = Compute.plain(bench.kernels(), bench.loop());
      Optional<LogLikelihood> before = score(from, documents, compute);
      List<String> nearest =
          rounding == RoundingMethod.NEAREST ? List.of() : calibrate(work, rounding, bench);
      work.write(to, force, bench);
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      RequantizationPage.show(sheet, work);
      RequantizationPage.nearest(sheet, rounding, nearest);
      before.ifPresent(
          b -> RequantizationPage.scores(sheet, b, score(to, documents, compute).orElseThrow()));
      sheet.text("Written: " + Text.printable(to.toString()));
      return 0;
    }
  }

  private List<String> calibrate(Requantization work, RoundingMethod rounding, Workbench bench) {
    DecoderFile file = DecoderFile.read(from, Optional.empty());
    return CalibratedWeights.give(
        work,
        file,
        WeightFormat.named(format),
        rounding,
        CalibrationText.sequences(file, calibrate, tokens()),
        bench);
  }

  private int tokens() {
    return calibrateTokens == null ? CalibrationText.TOKENS : calibrateTokens;
  }

  private int compare() throws IOException {
    Check.that(
        to == null && format == null && !force,
        "--compare writes nothing: it takes no OUT, no --to and no --force");
    Check.that(method.equals(NEAREST), "--compare takes every method: leave --method out");
    Check.that(
        calibrate != null && text != null,
        "--compare needs two texts: --calibrate names one to learn from, --text one to judge by");
    DecoderFile file = DecoderFile.read(from, Optional.empty());
    List<int[]> sequences = CalibrationText.sequences(file, calibrate, tokens());
    List<String> documents = TextScore.documents(text);
    try (Workbench bench = run.workbench()) {
      List<Comparison.Line> lines = new Comparison(file, sequences, documents, bench).all();
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      RequantizationPage.comparison(sheet, lines);
      if (Files.isSameFile(calibrate, text)) {
        sheet.text("Learned from and judged by the same text: on others the methods gain less.");
      }
      return 0;
    }
  }

  private static Optional<LogLikelihood> score(Path file, List<String> documents, Compute compute) {
    return documents.isEmpty()
        ? Optional.empty()
        : Optional.of(TextScore.of(DecoderFile.read(file, Optional.empty()), documents, compute));
  }
}
