package org.workedanswers.answers.beir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.workedanswers.answers.CacheFolder;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.beir.Rankings.Measure;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Bm25Retriever;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.PairedComparison;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.search.TokenEmbedder;
import picocli.CommandLine.Option;

/** One run of {@code study beir}: BM25, embeddings, and the fusion of both. */
public final class BeirRun {
  static final String WORDS = "BM25";
  static final String MEANING = "dense";
  static final String HYBRID = "hybrid";
  static final String RERANKED = "reranked";
  static final String RERANKED_FUSED = "hybrid + reranked";

  private static final int[] CONSTANTS = {1, 10, 60, 100, 1000};
  private static final int SHOWN = 5;
  private static final int SHOWN_LENGTH = 40;

  /** How a collection is searched. */
  public static final class Settings {
    @Option(
        names = "--split",
        paramLabel = "NAME",
        description = "judgements in qrels/NAME.tsv (default: ${DEFAULT-VALUE})")
    String split = "test";

    @Option(
        names = "--depth",
        paramLabel = "N",
        description = "documents of a leg, 100 or more (default: ${DEFAULT-VALUE})")
    int depth = 100;

    @Option(names = "--k1", paramLabel = "X", description = "of BM25 (default: ${DEFAULT-VALUE})")
    double k1 = 0.9;

    @Option(names = "--b", paramLabel = "X", description = "of BM25 (default: ${DEFAULT-VALUE})")
    double b = 0.4;

    @Option(
        names = "--rrf-k",
        paramLabel = "N",
        description = "k of the fusion (default: ${DEFAULT-VALUE})")
    int rrfK = 60;

    @Option(
        names = "--cache",
        paramLabel = "DIR",
        description = "where embeddings are kept (default: the user's cache folder)")
    Path cache = CacheFolder.standard();
  }

  private final Workbench bench;
  private final Settings settings;
  private final Bm25.Settings bm25;
  private final Rankings rankings;

  /**
   * Reads a collection.
   *
   * @throws IllegalArgumentException if it can't be read, or a setting is out of its range
   */
  public BeirRun(Workbench bench, Settings settings, Path folder) {
    Check.range("--depth", settings.depth, Rankings.RECALL_CUTOFF, Integer.MAX_VALUE);
    Check.positive("--rrf-k", settings.rrfK);
    this.bench = bench;
    this.settings = settings;
    this.bm25 = Bm25.Settings.STANDARD.with(settings.k1, settings.b).with(Bm25.Lengths.ONE_BYTE);
    this.rankings = new Rankings(BeirFiles.read(folder, settings.split));
  }

  /**
   * Searches by every leg.
   *
   * @param model what tells the embedding model and its settings from another
   */
  public void measure(String model, Embedder embedder) {
    BeirCollection c = rankings.collection();
    Bm25Retriever words = Bm25Retriever.of(new EnglishAnalyzer(), c.texts(), bm25);
    int depth = settings.depth;
    rankings.add(WORDS, words.search(c.queries(), depth));
    rankings.add(MEANING, byMeaning(model, embedder));
    rankings.add(HYBRID, rankings.fused(WORDS, MEANING, settings.rrfK));
  }

  /**
   * Adds a leg that looks at the hybrid's first candidates again, and one that fuses its ranking
   * with the hybrid's.
   */
  public void lateInteraction(TokenEmbedder embedder, int candidates) {
    reranked(secondLook(candidates).lateInteraction(embedder, bench.kernels()));
  }

  /** The same by any reranker. */
  public void rerank(Reranker reranker, int candidates) {
    reranked(secondLook(candidates).by(reranker));
  }

  private SecondLook secondLook(int candidates) {
    return new SecondLook(
        rankings.collection(), new EmbeddingCache(settings.cache), rankings.of(HYBRID), candidates);
  }

  private void reranked(List<List<Hit>> ranking) {
    rankings.add(RERANKED, ranking);
    rankings.add(RERANKED_FUSED, rankings.fused(HYBRID, RERANKED, settings.rrfK));
  }

  /** Texts without a word have no meaning either: they are not embedded, and not found. */
  private List<List<Hit>> byMeaning(String model, Embedder embedder) {
    BeirCollection c = rankings.collection();
    int[] documents = filled(c.texts());
    int[] queries = filled(c.queries());
    List<List<Hit>> found = new ArrayList<>(Collections.nCopies(c.queries().size(), List.of()));
    if (documents.length == 0 || queries.length == 0) {
      return found;
    }
    Progress progress = Progress.of("documents embedded", documents.length);
    Matrix embeddings =
        new EmbeddingCache(settings.cache)
            .embed(model, embedder, of(c.texts(), documents), progress::at);
    DenseIndex index =
        new DenseIndex(bench.kernels(), bench.loop(), embeddings, DenseIndex.Similarity.COSINE);
    List<List<Hit>> hits = index.search(embedder.embed(of(c.queries(), queries)), settings.depth);
    for (int i = 0; i < queries.length; i++) {
      found.set(
          queries[i],
          hits.get(i).stream().map(h -> new Hit(documents[h.document()], h.score())).toList());
    }
    return found;
  }

  /** The places of the texts that are not blank. */
  private static int[] filled(List<String> texts) {
    return IntStream.range(0, texts.size()).filter(i -> !texts.get(i).isBlank()).toArray();
  }

  private static List<String> of(List<String> texts, int[] places) {
    return IntStream.of(places).mapToObj(texts::get).toList();
  }

  /** Writes tables: by leg, leg against leg, query by query, by k. */
  public void show(Worksheet sheet) {
    BeirCollection c = rankings.collection();
    sheet.heading(c.name() + ", " + settings.split);
    sheet.text(
        String.format(
            Locale.ROOT,
            "%,d documents, %,d queries with judgements%s. BM25 with k1 %s, b %s, lengths in a byte, by"
                + " Porter's stems without stop words; embeddings by the cosine; the fusion of the"
                + " first %d of both, k = %d.",
            c.texts().size(),
            c.queries().size(),
            c.unknown() == 0
                ? ""
                : ", " + c.unknown() + " judgements of what is not there left out",
            settings.k1,
            settings.b,
            settings.depth,
            settings.rrfK));
    sheet.table(byLeg());
    sheet.table(pairs());
    sheet.table(queries());
    sheet.table(byConstant());
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
        row.add(four(StatUtils.mean(rankings.scores(leg, m))));
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
    double[] words = rankings.scores(WORDS, Measure.NDCG);
    double[] meaning = rankings.scores(MEANING, Measure.NDCG);
    double[] hybrid = rankings.scores(HYBRID, Measure.NDCG);
    String best = StatUtils.mean(words) >= StatUtils.mean(meaning) ? WORDS : MEANING;
    double[] other = best.equals(WORDS) ? words : meaning;
    List<Integer> order =
        IntStream.range(0, hybrid.length)
            .boxed()
            .sorted(Comparator.comparingDouble(q -> other[q] - hybrid[q]))
            .toList();
    Table table =
        Table.of(
            "Queries on which the hybrid gains and loses most beside " + best + ", nDCG@10",
            "query",
            "words",
            WORDS,
            MEANING,
            HYBRID);
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
      List<List<Hit>> fused = rankings.fused(WORDS, MEANING, k);
      table.row(
          k,
          four(StatUtils.mean(rankings.scores(fused, Measure.NDCG))),
          four(StatUtils.mean(rankings.scores(fused, Measure.RECALL))));
    }
    return table;
  }

  /** What was found: the means by leg, and the differences. */
  public Map<String, Object> json() {
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
        means.put(m.label, StatUtils.mean(rankings.scores(leg, m)));
      }
      byLeg.put(leg, means);
    }
    json.put("legs", byLeg);
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
