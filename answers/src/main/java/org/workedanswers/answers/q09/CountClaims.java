package org.workedanswers.answers.q09;

import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;

/** What the text says of numbers of parameters, counted on a real shape and in a real adapter. */
final class CountClaims {
  /** The rank of which the text speaks. */
  static final int RANK = 16;

  /** 4096 x 4096 in a published model: the text's matrix. */
  static final ModelShape.Part MATRIX = ModelShape.LLAMA_3_8B.part("q");

  private static final double ALPHA = 32;

  private CountClaims() {}

  /** Makes the adapter whose values are counted; a test gives one of another rank. */
  @FunctionalInterface
  interface Maker {
    Adapter make(int dOut, int dIn, int rank);
  }

  static final Maker MAKER =
      (dOut, dIn, rank) -> Adapter.initial(dOut, dIn, rank, ALPHA, new SeededRandom(1));

  static Claim full(ModelShape.Part matrix) {
    long count = (long) matrix.rows() * matrix.cols();
    return new Claim(
        "q9.full",
        "A 4096 x 4096 weight matrix has about 16 million parameters.",
        "rows times columns of Llama 3 8B's query matrix, whose shape adds up to the published total",
        "parameters",
        "about 16M",
        Rule.rounded(16e6, 0.05),
        bench ->
            Measured.of(
                count,
                "the text cuts "
                    + Numbers.fixed(count / 1e6, 2)
                    + " million down to 16; in units of 2²⁰ it is "
                    + Numbers.shortest(count / 0x1p20)
                    + " exactly"));
  }

  static Claim lora(Maker maker) {
    return new Claim(
        "q9.lora",
        "An adapter of rank 16 on that matrix adds 131 thousand trainable parameters.",
        "values held by A and B of an adapter that is made for the matrix",
        "parameters",
        "131K",
        Rule.rounded(131e3, 0.5 / 131),
        bench -> {
          Adapter adapter = maker.make(MATRIX.rows(), MATRIX.cols(), RANK);
          return Measured.of(
              held(adapter), "A is " + adapter.a() + ", B is " + adapter.b() + " (d_out x r)");
        });
  }

  static Claim reduction(Maker maker) {
    return new Claim(
        "q9.reduction",
        "That is a hundred and twenty times fewer than the matrix has.",
        "the first count over the second",
        "times",
        "120x",
        Rule.rounded(120, 0.08),
        bench -> {
          long full = (long) MATRIX.rows() * MATRIX.cols();
          long lora = held(maker.make(MATRIX.rows(), MATRIX.cols(), RANK));
          return Measured.of(
              (double) full / lora,
              "for a square matrix d² / (2 d r) = d / (2 r) = 4096 / 32; the text's rounded numbers"
                  + " give 16M / 131K = "
                  + Numbers.fixed(16e6 / 131e3, 1));
        });
  }

  private static long held(Adapter adapter) {
    return (long) adapter.a().data().length + adapter.b().data().length;
  }
}
