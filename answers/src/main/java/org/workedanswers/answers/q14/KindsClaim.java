package org.workedanswers.answers.q14;

import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.kinds.ThreeKinds;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Trace;

/** Who sees whom in the three kinds, counted. */
final class KindsClaim {
  private static final int N = ThreeKinds.SENTENCE.size();
  private static final int M = ThreeKinds.TRANSLATION.size();

  private KindsClaim() {}

  /** With the masks of what reads and of what writes. */
  static Claim table(Mask reads, Mask writes) {
    return new Claim(
        "q14.table",
        "An encoder attends both ways over all of its input, a decoder to the left alone, and an"
            + " encoder-decoder reads the first way and writes the second.",
        "pairs of tokens with a weight above 0 in any head of any layer, and pairs of a token and an"
            + " output that changes with it; small models of random weights, built as BERT, Llama"
            + " and T5, reading "
            + N
            + " tokens and writing "
            + M
            + " beside them; what each kind is best for is not measured yet",
        "1",
        "bidirectional; causal, left to right; encoder reads, decoder generates",
        Rule.exactly(
            Value.named(
                "encoder: pairs attended, n²",
                N * N,
                "encoder: tokens that outputs depend on",
                N * N,
                "encoder: numbers out, a token",
                ThreeKinds.WIDTH,
                "decoder: pairs attended, n(n+1)/2",
                N * (N + 1) / 2,
                "decoder: tokens that outputs depend on",
                N * (N + 1) / 2,
                "decoder: numbers out, a token",
                ThreeKinds.words(),
                "both: pairs attended in reading, n²",
                N * N,
                "both: in writing, m(m+1)/2",
                M * (M + 1) / 2,
                "both: from written to read, m n",
                M * N,
                "both: tokens read that outputs depend on",
                M * N,
                "both: tokens written that outputs depend on",
                M * (M + 1) / 2)),
        bench -> measure(bench, reads, writes));
  }

  private static Measured measure(Workbench bench, Mask reads, Mask writes) {
    ThreeKinds kinds = ThreeKinds.of(bench.random("q14.table"), reads, writes);
    Compute compute = Compute.plain(bench.kernels(), Loop.sequential());
    int[] sentence = ThreeKinds.tokens(ThreeKinds.SENTENCE);
    int[] translation = ThreeKinds.tokens(ThreeKinds.TRANSLATION);
    Trace written = kinds.written(compute);
    return Measured.of(
        Value.named(
            "encoder: pairs attended, n²",
            ThreeKinds.pairs(ThreeKinds.seen(kinds.encoded(compute))),
            "encoder: tokens that outputs depend on",
            ThreeKinds.pairs(
                ThreeKinds.influence(sentence, t -> kinds.encoder().encode(compute, t))),
            "encoder: numbers out, a token",
            kinds.encoder().encode(compute, sentence).cols(),
            "decoder: pairs attended, n(n+1)/2",
            ThreeKinds.pairs(ThreeKinds.seen(kinds.decoded(compute))),
            "decoder: tokens that outputs depend on",
            ThreeKinds.pairs(ThreeKinds.influence(sentence, t -> logits(kinds, compute, t))),
            "decoder: numbers out, a token",
            logits(kinds, compute, sentence).cols(),
            "both: pairs attended in reading, n²",
            ThreeKinds.pairs(ThreeKinds.seen(kinds.read(compute))),
            "both: in writing, m(m+1)/2",
            ThreeKinds.pairs(ThreeKinds.seen(written)),
            "both: from written to read, m n",
            ThreeKinds.pairs(ThreeKinds.seenAcross(written)),
            "both: tokens read that outputs depend on",
            ThreeKinds.pairs(
                ThreeKinds.influence(sentence, t -> logits(kinds, compute, t, translation))),
            "both: tokens written that outputs depend on",
            ThreeKinds.pairs(
                ThreeKinds.influence(translation, t -> logits(kinds, compute, sentence, t)))));
  }

  /** The decoder's logits, a row a token. */
  static Matrix logits(ThreeKinds kinds, Compute compute, int[] tokens) {
    return kinds.decoder().start(compute, tokens.length).feed(tokens);
  }

  /** The encoder-decoder's logits, a row a token that is written. */
  static Matrix logits(ThreeKinds kinds, Compute compute, int[] read, int[] written) {
    return kinds.both().start(compute, written.length, read).feed(written);
  }
}
