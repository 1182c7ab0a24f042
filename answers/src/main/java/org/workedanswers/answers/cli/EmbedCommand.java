package org.workedanswers.answers.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.Embedded;
import org.workedanswers.answers.models.EncoderFile;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.core.Check;
import org.workedanswers.embeddings.SentenceEncoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns texts into vectors and shows how close they are. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = {
      "Turns texts into vectors by this project's own encoder, and shows their pieces and cosines.",
      "The model is all-MiniLM-L6-v2, or another BERT encoder that --model names."
    })
final class EmbedCommand implements Callable<Integer> {
  private final PrintStream out;

  @Mixin private RunOptions run;
  @Mixin private EncoderFile file;

  @Parameters(paramLabel = "TEXT", arity = "1..*", description = "a text, in quotation marks")
  private List<String> texts;

  @Option(
      names = "--layer",
      paramLabel = "L",
      description = "shows where a head of this layer looks in the first text; layers from 0")
  private Integer layer;

  @Option(
      names = "--head",
      paramLabel = "H",
      description = "which head of the layer, from 0; of these two the one not named is 0")
  private Integer head;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description =
          "draws the head that --layer and --head name, or without --head all of the layer")
  private Path svg;

  @Option(
      names = "--query",
      description =
          "with --model: the first text is a question; what bge wants before one is put there")
  private boolean query;

  @Option(names = "--values", description = "shows the vectors")
  private boolean values;

  @Option(names = "--json", description = "all of it as a JSON object, and nothing else")
  private boolean json;

  EmbedCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (!file.named()) {
      file.checkNoneNamed();
      Check.that(!query, "--query puts there what bge wants: name bge's file by --model");
    }
    Check.that(svg == null || layer != null || head != null, Embedded.NO_LAYER);
    List<String> all = new ArrayList<>(texts);
    if (query && !all.get(0).isBlank()) {
      all.set(0, SentenceEncoder.Settings.BGE_QUERY + all.get(0));
    }
    try (Workbench bench = run.workbench()) {
      SentenceEncoder encoder =
          file.named()
              ? file.open(bench.kernels(), bench.loop())
              : MiniLm.model().sentences(bench.kernels(), bench.loop());
      Embedded embedded = Embedded.of(encoder, all, layer, head);
      if (svg != null) {
        write(embedded.svg(head == null));
      }
      if (json) {
        out.println(Json.of(embedded.json()));
      } else {
        embedded.show(new TerminalSheet(out, Ansi.AUTO), values);
      }
      return 0;
    }
  }

  private void write(String picture) {
    try {
      if (Files.exists(svg)) {
        try (InputStream in = Files.newInputStream(svg)) {
          String start = new String(in.readNBytes(4), StandardCharsets.UTF_8);
          Check.that(start.equals("<svg"), "--svg %s is there already, and no such picture", svg);
        }
      }
      Files.writeString(svg, picture);
    } catch (IOException e) {
      throw new IllegalArgumentException("--svg " + svg + " can't be written: " + e, e);
    }
  }
}
