package org.workedanswers.answers.q05;

import java.util.List;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.attention.AttentionTrace;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.FlashStep;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/** Flash attention followed for one query of a real sentence, block of keys by block of keys. */
record FlashWalk(MiniLm.FirstLayer layer, int head, int token, int block) {
  /** The query that is followed where none is named, if the sentence is so long. */
  private static final int TOKEN = 10;

  /** Checks the settings; a token that is null is found. */
  static FlashWalk of(Workbench bench, String sentence, int head, Integer token, int block) {
    MiniLm.FirstLayer layer = MiniLm.model().firstLayer(bench.kernels(), sentence);
    int last = layer.tokens().count() - 1;
    int query = token == null ? Math.min(TOKEN, last) : Check.range("--token", token, 0, last);
    return new FlashWalk(
        layer,
        Check.range("--head", head, 0, MiniLm.HEADS - 1),
        query,
        Check.range("--block", block, 1, MiniLm.POSITIONS));
  }

  void show(Worksheet sheet, Workbench bench) {
    List<String> tokens = layer.tokens().text();
    MultiHead heads = new MultiHead(MiniLm.HEADS);
    Matrix q = heads.queryHead(layer.query(), head);
    Matrix k = heads.keyHead(layer.key(), head);
    Matrix v = heads.keyHead(layer.value(), head);
    AttentionTrace plain = new PlainAttention(bench.kernels()).explain(q, k, v, Mask.full());
    FlashAttention flash = new FlashAttention(bench.kernels(), Scale.INVERSE_ROOT, block, block);

    sheet.heading("Flash attention, block by block");
    sheet.text(
        "Head "
            + head
            + " of MiniLM's first layer, "
            + tokens.size()
            + " tokens in blocks of "
            + block
            + ". The query is token "
            + token
            + ", \""
            + tokens.get(token)
            + "\". It sees one block of keys at a time and keeps m, the largest score so far, and ℓ,"
            + " the sum of e^(score - m). When m rises, what was gathered is brought down by α ="
            + " e^(m before - m after).");
    Table table =
        Table.of("", "keys", "tokens", "largest score", "m", "α", "ℓ", "O/ℓ, first value");
    float before = Float.NEGATIVE_INFINITY;
    for (FlashStep step : flash.explain(q, k, v, Mask.full())) {
      if (token < step.queryFrom() || token >= step.queryTo()) {
        continue;
      }
      int r = token - step.queryFrom();
      float m = step.max()[r];
      float largest = Float.NEGATIVE_INFINITY;
      for (int j = step.keyFrom(); j < step.keyTo(); j++) {
        largest = Math.max(largest, plain.scaled().get(token, j));
      }
      table.row(
          step.keyFrom() + " to " + (step.keyTo() - 1),
          String.join(" ", tokens.subList(step.keyFrom(), step.keyTo())),
          Numbers.fixed(largest, 3),
          Numbers.fixed(m, 3),
          before == Float.NEGATIVE_INFINITY ? "-" : Numbers.fixed(Math.exp(before - m), 3),
          Numbers.fixed(step.sum()[r], 3),
          Numbers.fixed(step.gathered().get(r, 0) / step.sum()[r], 4));
      before = m;
    }
    sheet.table(table);
    sheet.text(
        "Plain attention's first value is "
            + Numbers.fixed(plain.output().get(token, 0), 4)
            + ". Over all "
            + tokens.size()
            + " queries and 32 values the farthest that both are apart is "
            + Numbers.shortest(farthest(plain.output(), flash.attend(q, k, v, Mask.full())))
            + "; the weights themselves were never together in memory.");
  }

  private static double farthest(Matrix a, Matrix b) {
    double farthest = 0;
    for (int i = 0; i < a.rows(); i++) {
      for (int c = 0; c < a.cols(); c++) {
        farthest = Math.max(farthest, Math.abs(a.get(i, c) - b.get(i, c)));
      }
    }
    return farthest;
  }
}
