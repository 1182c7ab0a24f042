package org.workedanswers.answers.q02;

import java.util.List;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Matrix;
import org.workedanswers.transformer.LayerTrace;
import org.workedanswers.transformer.Trace;

/** One layer of MiniLM step by step, and the stream through all of them, from a trace. */
final class LayerWalk {
  private LayerWalk() {}

  static void steps(Worksheet sheet, Trace trace, int layer) {
    LayerTrace t = trace.layers().get(layer);
    int n = t.input().rows();
    String hidden = n + " x " + MiniLm.HIDDEN;
    sheet.heading("Layer " + layer + " of MiniLM, step by step");
    sheet.text(
        "A token's row is the stream x; each part reads it and adds to it. MiniLM is built as BERT,"
            + " so a norm N follows each sum; a pre-norm layer has it before A and before F, and the"
            + " sum as it is. Length is √(Σ xⱼ²) of a row, the mean over the "
            + n
            + " tokens.");
    List<Matrix> heads = t.attentionWeights().get(0);
    sheet.table(
        Table.of("", "step", "shape", "length", "what it is")
            .row("x", t.input(), length(t.input()), came(layer))
            .row("x W_Q, x W_K, x W_V", t.input(), "", "12 heads of 32 columns each")
            .row(
                "softmax(Q Kᵀ/√32)",
                heads.size() + " of " + heads.get(0),
                "",
                "who takes how much of whom; each row sums to 1")
            .row(
                "A(x)",
                t.attentionOutput(),
                length(t.attentionOutput()),
                "the heads' outputs side by side, times W_O")
            .row(
                "x + A(x)",
                t.input(),
                length(sum(t.input(), t.attentionOutput())),
                "the residual: x is kept, A is added")
            .row(
                "a = N₁(x + A(x))",
                t.afterAttention(),
                length(t.afterAttention()),
                "each row to mean 0, variance 1; gain, bias")
            .row("GELU(a W₁)", hidden, "", "four times as wide, each token by itself")
            .row("F(a)", t.feedForwardOutput(), length(t.feedForwardOutput()), "and back, times W₂")
            .row(
                "a + F(a)",
                t.afterAttention(),
                length(sum(t.afterAttention(), t.feedForwardOutput())),
                "the residual again")
            .row("y = N₂(a + F(a))", t.output(), length(t.output()), "on to the next layer"));
  }

  private static String came(int layer) {
    return layer == 0
        ? "word + position + type, normalised"
        : "what layer " + (layer - 1) + " gave";
  }

  static void depths(Worksheet sheet, Trace trace) {
    Table table =
        Table.of(
            "The stream by depth, mean lengths; cosine of a token's row with what it was at first",
            "layer",
            "comes in",
            "A adds",
            "after N₁",
            "F adds",
            "goes on",
            "cosine with the embedding");
    for (int l = 0; l < trace.layers().size(); l++) {
      LayerTrace t = trace.layers().get(l);
      table.row(
          l,
          length(t.input()),
          length(t.attentionOutput()),
          length(t.afterAttention()),
          length(t.feedForwardOutput()),
          length(t.output()),
          Numbers.fixed(cosine(trace.embedded(), t.output()), 2));
    }
    sheet.table(table);
  }

  private static String length(Matrix m) {
    return Numbers.fixed(LayerTrace.meanLength(m), 1);
  }

  private static Matrix sum(Matrix a, Matrix b) {
    Matrix sum = a.copy();
    for (int i = 0; i < sum.rows(); i++) {
      for (int j = 0; j < sum.cols(); j++) {
        sum.set(i, j, sum.get(i, j) + b.get(i, j));
      }
    }
    return sum;
  }

  /** The mean over the rows of a row's cosine with the same row of the other. */
  private static double cosine(Matrix a, Matrix b) {
    double mean = 0;
    for (int i = 0; i < a.rows(); i++) {
      double ab = 0;
      double aa = 0;
      double bb = 0;
      for (int j = 0; j < a.cols(); j++) {
        ab += (double) a.get(i, j) * b.get(i, j);
        aa += (double) a.get(i, j) * a.get(i, j);
        bb += (double) b.get(i, j) * b.get(i, j);
      }
      mean += ab / Math.sqrt(aa * bb) / a.rows();
    }
    return mean;
  }
}
