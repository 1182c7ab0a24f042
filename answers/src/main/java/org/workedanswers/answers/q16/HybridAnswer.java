package org.workedanswers.answers.q16;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.glossary.ChunkClaims;
import org.workedanswers.answers.glossary.CiteClaim;
import org.workedanswers.answers.glossary.GroundingClaim;
import org.workedanswers.answers.glossary.Pipeline;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Explanation;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.HybridRetriever;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.RankingMetrics;
import org.workedanswers.rag.ReciprocalRankFusion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Question 16, worked: hybrid retrieval in WordNet as a reverse dictionary. */
@Command(name = "16")
public final class HybridAnswer extends Answer {
  /** Documents of a ranking that are shown. */
  private static final int SHOWN = 5;

  /** Queries of each kind that are shown. */
  private static final int EXAMPLES = 2;

  @Option(
      names = "--query",
      paramLabel = "TEXT",
      description = "search for this too, by words, by meaning and by both")
  private String query;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description = "definitions that the seed draws from WordNet (default: ${DEFAULT-VALUE})")
  private int documents = Experiment.DOCUMENTS;

  @Option(
      names = "--k",
      paramLabel = "K",
      description = "k of the rank fusion (default: ${DEFAULT-VALUE})")
  private int k = ReciprocalRankFusion.STANDARD_K;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "documents that each leg hands to the fusion (default: ${DEFAULT-VALUE})")
  private int depth = Experiment.DEPTH;

  @Override
  public int question() {
    return 16;
  }

  @Override
  public String title() {
    return Questions.title(16);
  }

  @Override
  public String asked() {
    return "How does a system find the passages that hold the answer, in a collection that is too"
        + " large to read? Here: does it help to search by words and by meaning, and to fuse both?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Check.range("--depth", depth, 1, 10_000);
    Check.range("--k", k, 1, 1_000_000);
    Check.that(query == null || !query.isBlank(), "--query is blank: there is nothing to look for");
    ReciprocalRankFusion fusion = new ReciprocalRankFusion(k);
    Experiment experiment = Experiment.of(bench, documents);
    Experiment.Rankings rankings = experiment.rank(bench, depth);
    Scores scores = Scores.of(experiment, rankings, fusion);
    List<Kind.Ranks> ranks = Kind.ranks(experiment, rankings, scores);
    sheet.formula(
        "words     BM25(q, d) = Σ count(t) · idf(t) · f / (f + k1 · (1 - b + b · dl / avgdl))",
        "meaning   cos(q, d)  = q · d / (‖q‖ ‖d‖)            q, d: 384 numbers by MiniLM",
        "both      RRF(d)     = 1 / (k + rank by words) + 1 / (k + rank by meaning)     k = " + k);
    collection(sheet, experiment);
    Kind.Ranks shown = firstByBothAlone(experiment, ranks);
    oneQuery(sheet, experiment, rankings, fusion, shown);
    kinds(sheet, experiment, ranks);
    means(sheet, experiment, rankings, scores);
    if (query != null) {
      own(sheet, bench, experiment, fusion);
    }
    Pipeline.show(sheet, bench);
    sheet.heading("In code");
    sheet.code(ReciprocalRankFusion.class, "trace");
    sheet.code(HybridRetriever.class, "trace");
    notYet(sheet);
  }

  private static void collection(Worksheet sheet, Experiment experiment) {
    ReverseDictionary c = experiment.collection();
    InvertedIndex index = experiment.bm25().index();
    ReverseDictionary.Query first = c.queries().get(0);
    sheet.heading("A collection with known answers");
    sheet.text(
        "WordNet 3.1 as a reverse dictionary: definitions are the documents; the usage examples"
            + " that WordNet itself gives, their word masked, are the queries; the definition that"
            + " an example belongs to is the answer. Nobody made them up to suit a search.");
    sheet.table(
        Table.of("", "what", "size", "")
            .row("documents", Numbers.count(c.meanings().size()), "definitions, drawn by the seed")
            .row(
                "queries",
                Numbers.count(c.queries().size()),
                "all their examples that could be masked")
            .row(
                "terms",
                Numbers.count(index.vocabulary()),
                "lower case, no stop words, not stemmed")
            .row("avgdl", Numbers.fixed(index.averageLength(), 2), "terms in a definition")
            .row("embeddings", experiment.documents(), "one row a definition")
            .row("", experiment.queries(), "one row a query"));
    sheet.text(
        "For instance \""
            + first.example()
            + "\" is asked as \""
            + first.text()
            + "\", and the answer is \""
            + c.meanings().get(first.answer()).definition()
            + "\" ("
            + c.meanings().get(first.answer()).names()
            + ").");
  }

  /**
   * A query that the fusion alone answers first: of those, the one with most words in common with
   * its answer, and the longest way up.
   */
  private static Kind.Ranks firstByBothAlone(Experiment experiment, List<Kind.Ranks> ranks) {
    List<ReverseDictionary.Query> queries = experiment.collection().queries();
    return ranks.stream()
        .filter(r -> r.fused() == 1 && r.words() > 1 && r.meaning() > 1)
        .filter(r -> r.words() < Kind.Ranks.MISSING && r.meaning() < Kind.Ranks.MISSING)
        .max(
            Comparator.comparingInt(
                    (Kind.Ranks r) -> experiment.shared(queries.get(r.query())).size())
                .thenComparingInt(r -> r.words() + r.meaning())
                .thenComparingInt(r -> -r.query()))
        .orElse(ranks.get(0));
  }

  private static void oneQuery(
      Worksheet sheet,
      Experiment experiment,
      Experiment.Rankings rankings,
      ReciprocalRankFusion fusion,
      Kind.Ranks shown) {
    ReverseDictionary.Query q = experiment.collection().queries().get(shown.query());
    sheet.heading("One query, from two rankings to one");
    sheet.text(
        "\""
            + q.text()
            + "\": chosen as one whose answer neither way has first, and both together have.");
    List<ReciprocalRankFusion.Fused> fused =
        fusion.trace(
            List.of(rankings.words().get(shown.query()), rankings.meaning().get(shown.query())));
    Table table =
        Table.of(
            "Ranks, and what each adds: 1 / (k + rank), in thousandths; * marks the answer",
            "",
            "words",
            "meaning",
            "by words",
            "by meaning",
            "RRF",
            "definition");
    for (int i = 0; i < fused.size(); i++) {
      ReciprocalRankFusion.Fused f = fused.get(i);
      int d = f.hit().document();
      boolean answer = q.grades().containsKey(d);
      if (i < SHOWN || answer) {
        table.row(
            (i + 1) + (answer ? " *" : ""),
            rank(f.ranks().get(0)),
            rank(f.ranks().get(1)),
            thousandths(fusion.share(f.ranks().get(0))),
            thousandths(fusion.share(f.ranks().get(1))),
            thousandths(f.hit().score()),
            entry(experiment, d));
      }
    }
    sheet.table(table);
    explain(sheet, experiment, q);
  }

  private static void explain(Worksheet sheet, Experiment experiment, ReverseDictionary.Query q) {
    Bm25 bm25 = experiment.bm25();
    List<String> terms = Experiment.ANALYZER.terms(q.text());
    List<String> lines = new ArrayList<>();
    lines(bm25.explain(terms, q.answer()), "", lines);
    sheet.text("What BM25 makes of the answer, with every number that stands in it:");
    sheet.formula(lines.toArray(String[]::new));
  }

  private static void lines(Explanation e, String indent, List<String> lines) {
    String how = e.formula().isEmpty() ? "" : "   " + e.formula();
    lines.add(indent + e.name() + " = " + Numbers.shortest(e.value()) + how);
    boolean leaves = e.parts().stream().allMatch(p -> p.parts().isEmpty());
    if (!leaves) {
      e.parts().forEach(part -> lines(part, indent + "  ", lines));
    } else if (!e.parts().isEmpty()) {
      List<String> given =
          e.parts().stream().map(p -> p.name() + " = " + Numbers.shortest(p.value())).toList();
      lines.add(indent + "  " + String.join(", ", given));
    }
  }

  private static void kinds(Worksheet sheet, Experiment experiment, List<Kind.Ranks> ranks) {
    sheet.heading("Where words win, where meaning wins, where only both do");
    sheet.text("Ranks of the answer; - where it is not among those that were handed over.");
    for (Kind kind : Kind.values()) {
      List<Kind.Ranks> found = kind.of(ranks);
      Table table =
          Table.of(
              Numbers.count(found.size()) + " queries: " + kind.says(),
              "words",
              "meaning",
              "both",
              "query",
              "answer");
      for (Kind.Ranks r : found.subList(0, Math.min(EXAMPLES, found.size()))) {
        ReverseDictionary.Query q = experiment.collection().queries().get(r.query());
        table.row(
            Kind.Ranks.text(r.words()),
            Kind.Ranks.text(r.meaning()),
            Kind.Ranks.text(r.fused()),
            q.text(),
            entry(experiment, q.answer()));
      }
      sheet.table(table);
    }
  }

  private void means(
      Worksheet sheet, Experiment experiment, Experiment.Rankings rankings, Scores scores) {
    sheet.heading("All queries");
    sheet.text(
        "An example seldom defines its word, so this is a hard collection, and few examples share"
            + " a word with the definition. Where none is shared BM25 can only be wrong, and a"
            + " fusion takes half of its advice from there.");
    Table table = Table.of("nDCG@10, means", "", "queries", "words", "meaning", "both");
    group(table, "they share a word", scores, scores.group(true));
    group(table, "they share none", scores, scores.group(false));
    group(table, "all", scores, scores.all());
    sheet.table(table);
    sheet.table(
        Table.of("All queries, other measures", "", "words", "meaning", "both")
            .row(
                "recall@" + depth,
                recall(experiment, rankings.words()),
                recall(experiment, rankings.meaning()),
                recall(experiment, scores.rankings()))
            .row(
                "mean of 1 / rank",
                reciprocal(experiment, rankings.words()),
                reciprocal(experiment, rankings.meaning()),
                reciprocal(experiment, scores.rankings())));
  }

  private static void group(Table table, String name, Scores s, int[] queries) {
    table.row(
        name,
        Numbers.count(queries.length),
        Numbers.fixed(Scores.mean(s.words(), queries), 3),
        Numbers.fixed(Scores.mean(s.meaning(), queries), 3),
        Numbers.fixed(Scores.mean(s.fused(), queries), 3));
  }

  private String recall(Experiment experiment, List<List<Hit>> rankings) {
    return mean(
        experiment, rankings, (ranking, grades) -> RankingMetrics.recall(ranking, grades, depth));
  }

  private static String reciprocal(Experiment experiment, List<List<Hit>> rankings) {
    return mean(experiment, rankings, RankingMetrics::reciprocalRank);
  }

  private interface Metric {
    double of(List<Hit> ranking, Map<Integer, Integer> grades);
  }

  private static String mean(Experiment experiment, List<List<Hit>> rankings, Metric metric) {
    double sum = 0;
    for (int q = 0; q < rankings.size(); q++) {
      sum += metric.of(rankings.get(q), experiment.collection().queries().get(q).grades());
    }
    return Numbers.fixed(sum / rankings.size(), 3);
  }

  private void own(
      Worksheet sheet, Workbench bench, Experiment experiment, ReciprocalRankFusion fusion) {
    sheet.heading("\"" + query + "\"");
    List<Hit> words = experiment.bm25().search(Experiment.ANALYZER.terms(query), depth);
    SentenceEncoder model = MiniLm.model().sentences(bench.kernels(), bench.loop());
    List<Hit> meaning = experiment.dense(bench).search(model.embed(List.of(query)), depth).get(0);
    found(sheet, experiment, "By words", words);
    found(sheet, experiment, "By meaning", meaning);
    found(sheet, experiment, "By both", fusion.fuse(List.of(words, meaning)));
  }

  private static void found(
      Worksheet sheet, Experiment experiment, String caption, List<Hit> hits) {
    Table table = Table.of(caption, "", "score", "definition");
    for (int i = 0; i < Math.min(SHOWN, hits.size()); i++) {
      Hit hit = hits.get(i);
      table.row(i + 1, Numbers.fixed(hit.score(), 4), entry(experiment, hit.document()));
    }
    if (hits.isEmpty()) {
      table.row("-", "", "no definition holds any of these words");
    }
    sheet.table(table);
  }

  private static String entry(Experiment experiment, int document) {
    var meaning = experiment.collection().meanings().get(document);
    return meaning.definition() + " (" + meaning.names() + ")";
  }

  private static String rank(int rank) {
    return rank == 0 ? "-" : Integer.toString(rank);
  }

  private static String thousandths(double share) {
    return share == 0 ? "-" : Numbers.fixed(1000 * share, 2);
  }

  private static void notYet(Worksheet sheet) {
    sheet.heading("Not yet measured, so without a verdict");
    sheet.list(
        Ledger.notYetMeasured().entrySet().stream()
            .filter(e -> e.getKey().startsWith("q16."))
            .map(e -> e.getKey() + ": " + e.getValue())
            .toList());
  }

  @Override
  public List<Claim> claims() {
    List<Claim> claims = new ArrayList<>(List.of(HybridClaim.standard()));
    claims.addAll(ChunkClaims.standard());
    claims.add(CiteClaim.standard());
    claims.add(GroundingClaim.standard());
    return claims;
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 16 --query \"a large cat with stripes\": your own search, three ways",
        "./study 16 --k 1: the first ranks count for more",
        "./study 16 --depth 10: each leg hands over less",
        "./study 16 --seed 7 --documents 2000: another part of WordNet",
        "./study search --docs DIR --explain: the same on your own documents",
        "./study beir DIR: on a collection in BEIR's layout");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        Bm25.class,
        DenseIndex.class,
        ReciprocalRankFusion.class,
        HybridRetriever.class,
        RankingMetrics.class);
  }
}
