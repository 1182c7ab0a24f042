package org.workedanswers.answers.q14;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.kinds.ThreeKinds;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.EncoderDecoder;
import org.workedanswers.transformer.Sequence;
import picocli.CommandLine.Command;

/** Question 14, worked as far as masks and shapes go: the three kinds on one sentence. */
@Command(name = "14")
public final class KindsAnswer extends Answer {
  @Override
  public int question() {
    return 14;
  }

  @Override
  public String title() {
    return Questions.title(14);
  }

  @Override
  public String asked() {
    return "What tells the three kinds of transformer apart: what does each see, and what does each"
        + " give?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    ThreeKinds kinds = ThreeKinds.of(bench.random("q14.work"));
    Compute compute = Compute.plain(bench.kernels(), Loop.sequential());
    sheet.formula(
        "encoder-only      x = encoder(tokens)                    [n x d]  each knows of all",
        "decoder-only      logits = decoder(tokens so far)        [n x V]  what comes next",
        "encoder-decoder   z = encoder(source)                    [m x d]",
        "                  logits = decoder(tokens so far, z)     [n x V]  what comes next");
    sheet.text(
        "All three are stacks of the same layer. They differ by the mask, by whether a layer also"
            + " attends to what another stack has read, and by what stands at the end. The models of"
            + " this page are small ("
            + ThreeKinds.WIDTH
            + " wide, 2 layers) and of random weights: what depends on what is not learned.");
    depends(sheet, kinds, compute);
    shapes(sheet, kinds, compute);
    cost(sheet, bench, kinds);
    sheet.heading("Not yet measured");
    sheet.table(notYet());
  }

  private static void depends(Worksheet sheet, ThreeKinds kinds, Compute compute) {
    sheet.heading("Who depends on whom");
    sheet.text(
        "Each token in turn became another word. A cell is dark where the row's output was no longer"
            + " the same, bit for bit, after the column's token had changed.");
    int[] sentence = ThreeKinds.tokens(ThreeKinds.SENTENCE);
    int[] translation = ThreeKinds.tokens(ThreeKinds.TRANSLATION);
    List<HeatMap> maps = new ArrayList<>();
    maps.add(
        map(
            "encoder-only",
            ThreeKinds.influence(sentence, t -> kinds.encoder().encode(compute, t)),
            ThreeKinds.SENTENCE,
            ThreeKinds.SENTENCE));
    maps.add(
        map(
            "decoder-only",
            ThreeKinds.influence(sentence, t -> KindsClaim.logits(kinds, compute, t)),
            ThreeKinds.SENTENCE,
            ThreeKinds.SENTENCE));
    maps.add(
        map(
            "both, on what is read",
            ThreeKinds.influence(sentence, t -> KindsClaim.logits(kinds, compute, t, translation)),
            ThreeKinds.TRANSLATION,
            ThreeKinds.SENTENCE));
    maps.add(
        map(
            "both, on what is written",
            ThreeKinds.influence(translation, t -> KindsClaim.logits(kinds, compute, sentence, t)),
            ThreeKinds.TRANSLATION,
            ThreeKinds.TRANSLATION));
    sheet.heatMaps(maps);
  }

  private static HeatMap map(String caption, Matrix m, List<String> rows, List<String> columns) {
    return new HeatMap(caption, m, 1, rows, columns);
  }

  private static void shapes(Worksheet sheet, ThreeKinds kinds, Compute compute) {
    sheet.heading("Side by side");
    int[] sentence = ThreeKinds.tokens(ThreeKinds.SENTENCE);
    int[] translation = ThreeKinds.tokens(ThreeKinds.TRANSLATION);
    sheet.table(
        Table.of("", "", "encoder-only", "decoder-only", "encoder-decoder")
            .row("known ones", "BERT, MiniLM", "Llama, Mixtral", "T5")
            .row(
                "a token sees",
                "all tokens",
                "itself and those before",
                "reader: all; writer: as a decoder")
            .row("attends to", "itself", "itself", "itself; the writer also to the reader")
            .row(
                "pairs, n = 6 (and 7)",
                ThreeKinds.pairs(ThreeKinds.seen(kinds.encoded(compute))),
                ThreeKinds.pairs(ThreeKinds.seen(kinds.decoded(compute))),
                ThreeKinds.pairs(ThreeKinds.seen(kinds.read(compute)))
                    + " + "
                    + ThreeKinds.pairs(ThreeKinds.seen(kinds.written(compute)))
                    + " + "
                    + ThreeKinds.pairs(ThreeKinds.seenAcross(kinds.written(compute))))
            .row(
                "gives",
                kinds.encoder().encode(compute, sentence) + ", vectors",
                KindsClaim.logits(kinds, compute, sentence) + ", logits",
                KindsClaim.logits(kinds, compute, sentence, translation) + ", logits")
            .row(
                "parameters, this size",
                Numbers.count(kinds.encoder().parameters()),
                Numbers.count(kinds.decoder().parameters(true)),
                Numbers.count(
                    kinds.both().encoder().parameters() + kinds.both().decoder().parameters(true)))
            .row("loss on", "masked tokens", "every next token", "every next token it writes"));
    sheet.text(
        "The head of either writer is its table of words, counted once. This encoder-decoder has two"
            + " tables and, in each layer of its writer, a third part: the attention to what was"
            + " read.");
  }

  private static void cost(Worksheet sheet, Workbench bench, ThreeKinds kinds) {
    sheet.heading("What one token more costs");
    sheet.text(
        "Multiply-adds, counted as they ran. In a decoder no earlier token changes, so that its keys"
            + " and values are kept and one row is computed. In an encoder every vector changes, and"
            + " all are computed again: that is why text is written by decoders.");
    CountingKernels counting = new CountingKernels(bench.kernels());
    Compute compute = Compute.plain(counting, Loop.sequential());
    Table table =
        Table.of("", "tokens before", "encoder, all again", "decoder, keys kept", "times less");
    for (int n : new int[] {8, 16, 32, 64}) {
      int[] tokens = new int[n + 1];
      for (int i = 0; i <= n; i++) {
        tokens[i] = i % ThreeKinds.words();
      }
      counting.reset();
      kinds.encoder().encode(compute, tokens);
      long again = counting.multiplyAdds();
      Sequence sequence = kinds.decoder().start(compute, n + 1);
      sequence.feed(Arrays.copyOf(tokens, n));
      counting.reset();
      sequence.next(tokens[n]);
      long kept = counting.multiplyAdds();
      table.row(
          n, Numbers.count(again), Numbers.count(kept), Numbers.fixed((double) again / kept, 1));
    }
    sheet.table(table);
  }

  private static Table notYet() {
    Table table = Table.of("", "claim", "what it says");
    Ledger.notYetMeasured().entrySet().stream()
        .filter(e -> e.getKey().startsWith("q14."))
        .forEach(e -> table.row(e.getKey(), e.getValue()));
    return table;
  }

  @Override
  public List<Claim> claims() {
    return List.of(KindsClaim.table(Mask.full(), Mask.causal()));
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 2 for the layer that all three are made of",
        "./study 4 for the attention in it",
        "in ThreeKinds.of(SeededRandom), give the decoder Mask.slidingWindow(3): its outputs then"
            + " depend on 4 tokens before, 2 for each layer");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        Encoder.class, Decoder.class, EncoderDecoder.class, Mask.class, ThreeKinds.class);
  }
}
