package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.beir.Rankings.Measure;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.PairedComparison;

/** What a run found, as tables and as JSON. */
record BeirPage(
    Workbench bench,
    BeirRun.Settings settings,
    Rankings rankings,
    List<BySize> bySize,
    List<WeightTrial> byWeights,
    EvidenceTrial evidence) {
  private static final int[] CONSTANTS = {1, 10, 60, 100, 1000};
  private static final int SHOWN = 5;
  private static final int SHOWN_LENGTH = 40;

  /** What is found in chunks of a size. */
  record BySize(
      int size,
      int chunks,
      List<List<Hit>> words,
      List<List<Hit>> meaning,
      List<List<Hit>> hybrid) {}

  /** Writes tables: by leg, leg against leg, query by query, by k. */
  void show(Worksheet sheet) {
    BeirCollection c = rankings.collection();
    long own = IntStream.of(c.own()).filter(d -> d >= 0).count();
    sheet.heading(c.name() + ", " + settings.split);
    sheet.text(
        String.format(
            Locale.ROOT,
            "%,d documents, %,d queries with judgements%s%s. BM25 with k1 %s, b %s, lengths in a byte, by"
                + " Porter's stems without stop words; embeddings by the cosine; the fusion of the"
                + " first %d of both, k = %d.",
            c.texts().size(),
            c.queries().size(),
            c.unknown() == 0
                ? ""
                : ", " + c.unknown() + " judgements of what is not there left out",
            own == 0
                ? ""
                : ", " + own + " of them documents too, which are not found for themselves",
            settings.k1,
            settings.b,
            settings.depth,
            settings.rrfK));
    sheet.table(byLeg());
    sheet.table(pairs());
    Table differing = queries();
    if (!differing.rows().isEmpty()) {
      sheet.table(differing);
    }
    sheet.table(byConstant());
    if (bySize.isEmpty()) {
      sheet.text("--chunks 64,128,256 adds a table by chunk size; each size is embedded anew.");
    } else {
      sheet.table(byChunkSize());
    }
    if (!byWeights.isEmpty()) {
      sheet.table(byWeight());
      sheet.text(
          "Methods that look at inputs have seen at most "
              + WeightTrial.CALIBRATION
              + " of these documents, and no query.");
    }
    if (!evidence.shares().isEmpty()) {
      sheet.table(byThreshold());
    }
  }

  private Table byLeg() {
    List<String> head = new ArrayList<>(List.of("leg"));
    for (Measure m : Measure.values()) {
      head.add(m.label);
    }
    Table table = Table.of("Means over the queries", head.toArray(new String[0]));
    for (String leg : rankings.legs()) {
      List<String> row = new ArrayList<>(List.of(leg));
      for (Measure m : Measure.values()) {
        row.add(four(rankings.mean(rankings.of(leg), m)));
      }
      table.row(row.toArray(new Object[0]));
    }
    return table;
  }

  private Table pairs() {
    Table table =
        Table.of(
            "nDCG@" + Rankings.CUTOFF + ", paired randomisation test, two-sided",
            "legs",
            "difference",
            "95 % of bootstraps",
            "p");
    pairsOf()
        .forEach(
            (name, p) ->
                table.row(
                    name,
                    signed(p.mean()),
                    signed(p.low()) + " to " + signed(p.high()),
                    four(p.p())));
    return table;
  }

  private Map<String, PairedComparison> pairsOf() {
    Map<String, PairedComparison> pairs = new LinkedHashMap<>();
    List<String> names = rankings.legs();
    for (int i = names.size() - 1; i > 0; i--) {
      for (int j = i - 1; j >= 0; j--) {
        String name = names.get(i) + " - " + names.get(j);
        pairs.put(
            name,
            PairedComparison.of(
                rankings.scores(names.get(i), Measure.NDCG),
                rankings.scores(names.get(j), Measure.NDCG),
                bench.random("beir " + name)));
      }
    }
    return pairs;
  }

  /** Where the fusion gains and loses most beside the better of the other legs. */
  private Table queries() {
    double[] words = rankings.scores(BeirRun.WORDS, Measure.NDCG);
    double[] meaning = rankings.scores(BeirRun.MEANING, Measure.NDCG);
    double[] hybrid = rankings.scores(BeirRun.HYBRID, Measure.NDCG);
    String best =
        StatUtils.mean(words) >= StatUtils.mean(meaning) ? BeirRun.WORDS : BeirRun.MEANING;
    double[] other = best.equals(BeirRun.WORDS) ? words : meaning;
    List<Integer> order =
        IntStream.range(0, hybrid.length)
            .filter(q -> hybrid[q] != other[q])
            .boxed()
            .sorted(Comparator.comparingDouble(q -> other[q] - hybrid[q]))
            .toList();
    Table table =
        Table.of(
            "Queries on which the hybrid gains and loses most beside " + best + ", nDCG@10",
            "query",
            "words",
            BeirRun.WORDS,
            BeirRun.MEANING,
            BeirRun.HYBRID);
    int n = order.size();
    List<Integer> shown = new ArrayList<>(order.subList(0, Math.min(SHOWN, n)));
    shown.addAll(order.subList(Math.max(shown.size(), n - SHOWN), n));
    for (int q : shown) {
      table.row(
          Text.shortened(rankings.collection().queryIds().get(q), SHOWN_LENGTH),
          Text.shortened(rankings.collection().queries().get(q), SHOWN_LENGTH),
          four(words[q]),
          four(meaning[q]),
          four(hybrid[q]));
    }
    return table;
  }

  private Table byConstant() {
    Table table = Table.of("The hybrid by k of the fusion", "k", "nDCG@10", "recall@100");
    for (int k : CONSTANTS) {
      List<List<Hit>> fused = rankings.fused(BeirRun.WORDS, BeirRun.MEANING, k);
      table.row(
          k, four(rankings.mean(fused, Measure.NDCG)), four(rankings.mean(fused, Measure.RECALL)));
    }
    return table;
  }

  private Table byWeight() {
    Table table =
        Table.of(
            "The encoder's matrices in fewer bits, widened again for its products; nDCG@10 less that"
                + " of the "
                + BeirRun.MEANING
                + " leg above, paired, and 95 % of bootstraps",
            "weights",
            "bits",
            "nDCG@10",
            "difference",
            "between",
            "p",
            "recall@100",
            "hybrid");
    for (WeightTrial t : byWeights) {
      PairedComparison p = t.beside(rankings.of(BeirRun.MEANING), rankings, bench);
      table.row(
          t.rounding().name(),
          String.format(Locale.ROOT, "%.2f", t.bits()),
          four(rankings.mean(t.dense(), Measure.NDCG)),
          signed(p.mean()),
          signed(p.low()) + " to " + signed(p.high()),
          four(p.p()),
          four(rankings.mean(t.dense(), Measure.RECALL)),
          four(rankings.mean(hybrid(t), Measure.NDCG)));
    }
    return table;
  }

  private List<List<Hit>> hybrid(WeightTrial t) {
    return Rankings.fused(rankings.of(BeirRun.WORDS), t.dense(), settings.rrfK);
  }

  private Table byThreshold() {
    Table table =
        Table.of(
            "Answers quoted from the hybrid's first "
                + EvidenceTrial.READ
                + " documents, on every second of "
                + evidence.held().size()
                + " queries: how much evidence is enough",
            "cosine",
            "answered, relevant ones there",
            "relevant one quoted",
            "declined, relevant ones taken out");
    for (EvidenceTrial.Shares s : evidence.shares()) {
      table.row(
          String.format(Locale.ROOT, "%.3f", s.threshold()),
          four(s.answered()),
          four(s.right()),
          four(s.declined()));
    }
    return table;
  }

  private Table byChunkSize() {
    Table table =
        Table.of(
            "Documents cut into chunks that overlap by an eighth, a document as good as its best"
                + " chunk; nDCG@10",
            "tokens",
            "chunks",
            BeirRun.WORDS,
            BeirRun.MEANING,
            BeirRun.HYBRID,
            BeirRun.HYBRID + ", recall@100");
    for (BySize s : bySize) {
      table.row(
          s.size(),
          String.format(Locale.ROOT, "%,d", s.chunks()),
          four(rankings.mean(s.words(), Measure.NDCG)),
          four(rankings.mean(s.meaning(), Measure.NDCG)),
          four(rankings.mean(s.hybrid(), Measure.NDCG)),
          four(rankings.mean(s.hybrid(), Measure.RECALL)));
    }
    return table;
  }

  /** What was found: the means by leg, and the differences. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("collection", rankings.collection().name());
    json.put("split", settings.split);
    json.put("k1", settings.k1);
    json.put("b", settings.b);
    json.put("depth", settings.depth);
    json.put("rrf_k", settings.rrfK);
    json.put("seed", bench.seed());
    json.put("documents", rankings.collection().texts().size());
    json.put("queries", rankings.collection().queries().size());
    Map<String, Object> byLeg = new LinkedHashMap<>();
    for (String leg : rankings.legs()) {
      Map<String, Double> means = new LinkedHashMap<>();
      for (Measure m : Measure.values()) {
        means.put(m.label, rankings.mean(rankings.of(leg), m));
      }
      byLeg.put(leg, means);
    }
    json.put("legs", byLeg);
    List<Map<String, Object>> chunks = new ArrayList<>();
    for (BySize s : bySize) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("tokens", s.size());
      row.put("chunks", s.chunks());
      row.put(BeirRun.WORDS, rankings.mean(s.words(), Measure.NDCG));
      row.put(BeirRun.MEANING, rankings.mean(s.meaning(), Measure.NDCG));
      row.put(BeirRun.HYBRID, rankings.mean(s.hybrid(), Measure.NDCG));
      chunks.add(row);
    }
    json.put("chunks, nDCG@10", chunks);
    List<Map<String, Object>> weights = new ArrayList<>();
    for (WeightTrial t : byWeights) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("weights", t.rounding().name());
      row.put("bits", t.bits());
      row.put("bytes", t.bytes());
      row.put(BeirRun.MEANING, rankings.mean(t.dense(), Measure.NDCG));
      row.put(BeirRun.HYBRID, rankings.mean(hybrid(t), Measure.NDCG));
      row.putAll(difference(t.beside(rankings.of(BeirRun.MEANING), rankings, bench)));
      weights.add(row);
    }
    json.put("weights, nDCG@10", weights);
    List<Map<String, Double>> thresholds = new ArrayList<>();
    for (EvidenceTrial.Shares s : evidence.shares()) {
      Map<String, Double> row = new LinkedHashMap<>();
      row.put("threshold", s.threshold());
      row.put("answered", s.answered());
      row.put("right", s.right());
      row.put("declined", s.declined());
      thresholds.add(row);
    }
    json.put("evidence", thresholds);
    Map<String, Object> differences = new LinkedHashMap<>();
    pairsOf().forEach((name, p) -> differences.put(name, difference(p)));
    json.put("nDCG@10", differences);
    return json;
  }

  private static Map<String, Double> difference(PairedComparison p) {
    Map<String, Double> difference = new LinkedHashMap<>();
    difference.put("difference", p.mean());
    difference.put("low", p.low());
    difference.put("high", p.high());
    difference.put("p", p.p());
    return difference;
  }

  private static String four(double x) {
    return String.format(Locale.ROOT, "%.4f", x);
  }

  private static String signed(double x) {
    return String.format(Locale.ROOT, "%+.4f", x);
  }
}
