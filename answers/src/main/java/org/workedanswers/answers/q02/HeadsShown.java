package org.workedanswers.answers.q02;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.q02.HeadProfiles.Relation;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Matrix;
import org.workedanswers.transformer.Trace;

/** What MiniLM's heads look at, as heat maps and by relation. */
final class HeadsShown {
  /** Weights from here on have the darkest shade. */
  private static final float DARKEST = 0.5f;

  /** The most tokens whose heat map fits. */
  private static final int WIDEST = 40;

  /** Relations for which the most devoted head is drawn. */
  private static final List<Relation> DRAWN =
      List.of(
          Relation.BEFORE,
          Relation.AFTER,
          Relation.ITSELF,
          Relation.NEAR_BEFORE,
          Relation.NEAR_AFTER,
          Relation.FAR_BEFORE);

  private HeadsShown() {}

  private record Head(int layer, int head, double share) {}

  static void show(Worksheet sheet, HeadProfiles.Both both, Trace trace, List<String> tokens) {
    HeadProfiles real = both.real();
    int n = Math.min(WIDEST, tokens.size());
    sheet.heading("Heads that look at different things");
    sheet.text(
        "Of MiniLM's 72 heads, for each of six relations the one that gives it most of its"
            + " attention, the mean over ten other sentences; here is what it does in this one. A"
            + " row is a query, a column a key; captions are layer.head, the relation, its share."
            + (n < tokens.size() ? " Only the first " + n + " tokens fit the page." : ""));
    List<HeatMap> maps = new ArrayList<>();
    for (Relation relation : DRAWN) {
      Head best = most(real, relation);
      Matrix weights = trace.layers().get(best.layer()).attentionWeights().get(0).get(best.head());
      maps.add(
          new HeatMap(
              String.format(
                  Locale.ROOT,
                  "%d.%d: %s, %.0f %%",
                  best.layer(),
                  best.head(),
                  relation.words(),
                  100 * best.share()),
              weights.rows(0, n).columns(0, n),
              DARKEST,
              tokens.subList(0, n),
              tokens.subList(0, n)));
    }
    sheet.heatMaps(maps);
    sheet.table(byLayer(real, both.shuffled()));
    sheet.text(
        "Divergence is Jensen-Shannon's, between what two heads of the layer look at, by relation:"
            + " 0 bits where they are alike, 1 where they share nothing. Recognised is a head whose"
            + " habits in five sentences come closest to its own in five others. Shuffled heads are"
            + " dealt anew for each word.");
  }

  private static Head most(HeadProfiles profiles, Relation relation) {
    Head best = new Head(0, 0, -1);
    for (int l = 0; l < MiniLm.LAYERS; l++) {
      for (int h = 0; h < MiniLm.HEADS; h++) {
        double share = profiles.share(l, h, relation);
        best = share > best.share() ? new Head(l, h, share) : best;
      }
    }
    return best;
  }

  private static Table byLayer(HeadProfiles real, HeadProfiles shuffled) {
    Table table =
        Table.of(
            "",
            "layer",
            "divergence, bits",
            "shuffled",
            "recognised",
            "shuffled",
            "mean share of [CLS] and [SEP]");
    for (int l = 0; l < MiniLm.LAYERS; l++) {
      double marks = 0;
      for (int h = 0; h < MiniLm.HEADS; h++) {
        double both = real.share(l, h, Relation.CLS) + real.share(l, h, Relation.SEP);
        marks += both / MiniLm.HEADS;
      }
      table.row(
          l,
          Numbers.fixed(real.divergence(l), 3),
          Numbers.fixed(shuffled.divergence(l), 3),
          real.recognised(l) + " of " + MiniLm.HEADS,
          shuffled.recognised(l) + " of " + MiniLm.HEADS,
          Numbers.fixed(marks, 2));
    }
    return table;
  }
}
