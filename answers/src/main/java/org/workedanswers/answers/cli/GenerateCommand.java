package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.models.AdapterFile;
import org.workedanswers.answers.models.ContextScale;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.TextGeneration;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.core.Check;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Retention;
import org.workedanswers.transformer.Storage;
import org.workedanswers.transformer.sampling.SamplerSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a model go on with a text. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Lets a Llama-style model go on with a text: the text as it comes on standard output, counts,",
      "speed and memory on standard error. Speeds are of this run, which warms Java up too; that of",
      "writing begins with the first token that is written."
    })
final class GenerateCommand implements Callable<Integer> {
  private static final int EXPLAINED = 5;

  private final PrintStream out;

  @Spec private CommandSpec spec;
  @Mixin private RunOptions run;

  @Parameters(paramLabel = "TEXT", arity = "0..*", description = "what it goes on with")
  private List<String> prompt = List.of();

  @Option(
      names = "--model",
      paramLabel = "FILE",
      required = true,
      description =
          "a GGUF file, one of llama2.c's (.bin), or a folder with config.json, safetensors and"
              + " tokenizer.json")
  private Path model;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description =
          "the model's tokenizer, one of llama2.c's or a tokenizer.json (default: the one in the"
              + " model's file or folder)")
  private Path tokenizer;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "tokens that are written, at most (default: ${DEFAULT-VALUE})")
  private int tokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 takes the likeliest token, always (default: ${DEFAULT-VALUE})")
  private double temperature;

  @Option(names = "--top-k", paramLabel = "N", description = "draws of the N likeliest")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "draws of the likeliest that have P of the probability together")
  private double topP = 1;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "draws of those that have at least P of the likeliest's probability")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "makes tokens less likely that were there before; 1 does not")
  private double repetitionPenalty = 1;

  @Option(
      names = "--storage",
      paramLabel = "KIND",
      description =
          "how weights are held: float, widened; stored, as in the file; fast, blocks of few bits"
              + " times activations of eight (default: ${DEFAULT-VALUE})")
  private String storage = "float";

  @Option(
      names = "--scale",
      paramLabel = "KIND:X",
      description =
          "positions for a context X times as long as the model was trained with: linear:4, ntk:4,"
              + " yarn:4, longrope:4 (by turns within the training, without a search); dynamic:2"
              + " is NTK that grows with a text of n tokens, s = 2 n / L - 1, as Hugging Face's factor"
              + " means it")
  private String scale;

  @Option(
      names = "--lora",
      paramLabel = "FOLDER",
      description =
          "an adapter as PEFT saves it: adapter_config.json and adapter_model.safetensors")
  private Path lora;

  @Option(
      names = "--merge",
      description = "adds the adapter to the weights, instead of running it beside them")
  private boolean merge;

  @Option(
      names = "--window",
      paramLabel = "W",
      description =
          "keeps the newest W tokens' keys and values alone: a text of any length in the same memory,"
              + " until the model ends it or --tokens are written")
  private Integer window;

  @Option(
      names = "--sinks",
      paramLabel = "S",
      description =
          "with --window: keeps the first S tokens as well, and counts positions among those that"
              + " are kept; 4 serve most models")
  private Integer sinks;

  @Option(
      names = "--explain",
      description =
          "shows behind the text, for its first " + EXPLAINED + " tokens, what each step left")
  private boolean explain;

  GenerateCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Check.that(
        temperature != 0 || topK == 0 && topP == 1 && minP == 0,
        "--top-k, --top-p and --min-p are for tokens that are drawn: they need a --temperature"
            + " above 0");
    Check.that(lora != null || !merge, "--merge needs an adapter: --lora names its folder");
    TextGeneration generation =
        new TextGeneration(
            new SamplerSettings(repetitionPenalty, temperature, topK, topP, minP),
            tokens,
            storage(storage),
            Optional.ofNullable(scale).map(ContextScale::of),
            Optional.ofNullable(lora).map(folder -> new AdapterFile(folder, merge)),
            retention(),
            explain ? EXPLAINED : 0);
    DecoderFile file = DecoderFile.read(model, Optional.ofNullable(tokenizer));
    try (Workbench bench = run.workbench()) {
      TextGeneration.Outcome outcome =
          generation.write(
              file,
              String.join(" ", prompt),
              Compute.plain(bench.kernels(), bench.loop()),
              bench.random("generate"),
              this::print);
      out.println();
      TerminalSheet sheet = new TerminalSheet(out, Ansi.AUTO);
      for (int i = 0; i < outcome.traces().size(); i++) {
        sheet.table(TextGeneration.table(i, outcome.traces().get(i), file.tokens()));
      }
      out.flush();
      report(outcome, spec.commandLine().getErr());
      return 0;
    }
  }

  private Optional<Retention> retention() {
    Check.that(sinks == null || window != null, "--sinks %d needs a --window", sinks);
    return Optional.ofNullable(window)
        .map(w -> sinks == null ? Retention.window(w) : Retention.streaming(sinks, w));
  }

  private static Storage storage(String name) {
    for (Storage s : Storage.values()) {
      if (s.name().toLowerCase(Locale.ROOT).equals(name)) {
        return s;
      }
    }
    throw new IllegalArgumentException("--storage " + name + " is none of float, stored, fast");
  }

  /** Line ends and tabs stay; what else would move a terminal's cursor does not. */
  private void print(String text) {
    out.print(text.replaceAll("[\\p{Cc}&&[^\n\t]]", " "));
    if (out.checkError()) { // it flushes too
      throw new IllegalStateException("nobody reads the text any more");
    }
  }

  private static void report(TextGeneration.Outcome outcome, PrintWriter err) {
    if (outcome.end() == TextGeneration.End.CONTEXT) {
      err.printf(
          Locale.ROOT,
          "The text ends where the model's context does, at %,d tokens.%n",
          outcome.longest());
    }
    int written = outcome.written().size();
    if (outcome.end() == TextGeneration.End.END_TOKEN) {
      err.printf(
          Locale.ROOT,
          "The model ended the text: the last of the %s written is one that ends a text.%n",
          written == 1 ? "1 token" : Numbers.count(written) + " tokens");
    }
    err.printf(
        Locale.ROOT,
        "%,d %s read, %s a second; %,d written%s; weights %s, keys and values %s.%n",
        outcome.read(),
        outcome.read() == 1 ? "token" : "tokens",
        Numbers.shortest(outcome.read() / outcome.readSeconds()),
        written,
        written < 2
            ? ""
            : ", "
                + Numbers.shortest((written - 1) / outcome.writeSeconds())
                + " a second after the first",
        Numbers.bytes(outcome.weightBytes()),
        Numbers.bytes(outcome.cacheBytes()));
    err.flush();
  }
}
