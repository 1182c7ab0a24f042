package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * BM25: documents that hold a query's terms, weighed by how rare each term is and how much of the
 * document it is.
 *
 * <pre>
 *   score(q, d) = Σ  count(t) · idf(t) · tf(t, d)             over the terms t of q
 *   idf(t)      = ln(1 + (N - n + 0.5) / (n + 0.5))
 *   tf(t, d)    = f / (f + k1 · (1 - b + b · dl / avgdl))     times k1 + 1 in the textbook's form
 * </pre>
 *
 * count(t): how often the query holds t. N: documents that hold any term; n: those that hold t. f:
 * how often d holds t; dl: the length of d in terms; avgdl: the mean of that. k1: how soon more of
 * the same term stops counting (0: at once). b: how much a long document is held against it (0: not
 * at all, 1: in full).
 *
 * <p>S. Robertson and H. Zaragoza, <i>The Probabilistic Relevance Framework: BM25 and Beyond</i>,
 * Foundations and Trends in Information Retrieval 3(4), 2009, section 3.4. The 1 within the
 * logarithm is Lucene's: without it a term of more than half of the documents would count against a
 * document.
 *
 * <p>This is the form to read; {@link MaxScoreBm25} finds the same sooner. All in double precision,
 * from arrays. A term that no document holds adds nothing, and neither does a query without terms.
 */
public final class Bm25 implements TermSearch {
  /**
   * Whether the factor k1 + 1 is there. It is the same for all documents, so ranks don't change.
   */
  public enum Form {
    /** Without it, since Lucene 8: a term adds less than its idf. */
    LUCENE,
    /** With it: a term that is there once in a document of mean length adds its idf. */
    TEXTBOOK
  }

  /** How a document's length is kept. */
  public enum Lengths {
    /** As it is. */
    EXACT,
    /** As Lucene keeps it: in one byte, above 40 rounded down; avgdl is exact. */
    ONE_BYTE
  }

  /**
   * The settings.
   *
   * @param k1 finite, not negative
   * @param b 0 to 1
   * @param form with the factor k1 + 1 or without
   * @param lengths exact, or as Lucene keeps them
   */
  public record Settings(double k1, double b, Form form, Lengths lengths) {
    /** Lucene's: k1 = 1.2 and b = 0.75, with exact lengths. */
    public static final Settings STANDARD = new Settings(1.2, 0.75, Form.LUCENE, Lengths.EXACT);

    /** Checks the ranges. */
    public Settings {
      Check.that(
          k1 >= 0 && k1 < Double.POSITIVE_INFINITY,
          "k1 is %s: it must be a finite number that is not negative",
          k1);
      Check.that(b >= 0 && b <= 1, "b is %s: it must be in 0..1", b);
    }

    /** These settings with another k1 and b. */
    public Settings with(double k1, double b) {
      return new Settings(k1, b, form, lengths);
    }

    /** These settings in another form. */
    public Settings with(Form form) {
      return new Settings(k1, b, form, lengths);
    }

    /** These settings with another way to keep lengths. */
    public Settings with(Lengths lengths) {
      return new Settings(k1, b, form, lengths);
    }
  }

  private final InvertedIndex index;
  private final Settings settings;
  private final double[] norms; // k1 · (1 - b + b · dl / avgdl), a document each

  /** BM25 over an index. */
  public Bm25(InvertedIndex index, Settings settings) {
    this.index = index;
    this.settings = settings;
    this.norms = new double[index.size()];
    for (int d = 0; d < norms.length; d++) {
      norms[d] = index.filled() == 0 ? 0 : norm(length(d));
    }
  }

  /** The index that is searched. */
  public InvertedIndex index() {
    return index;
  }

  /** The settings. */
  public Settings settings() {
    return settings;
  }

  @Override
  public List<Hit> search(List<String> query, int k) {
    TopHits top = new TopHits(k, index.size());
    double[] scores = new double[index.size()];
    boolean[] found = new boolean[index.size()];
    for (Map.Entry<String, Integer> term : counts(query).entrySet()) {
      InvertedIndex.Postings postings = index.postings(term.getKey());
      double weight = term.getValue() * idf(postings.size());
      for (int i = 0; i < postings.size(); i++) {
        int d = postings.document(i);
        scores[d] += weight * tf(postings.frequency(i), d);
        found[d] = true;
      }
    }
    for (int d = 0; d < scores.length; d++) {
      if (found[d]) { // not scores[d] > 0: with a k1 of 10³⁰⁸ a tf can round to 0
        top.offer(d, scores[d]);
      }
    }
    return top.best();
  }

  /**
   * The score of one document, the same number that {@link #search} gives; 0 if it holds no term.
   *
   * @throws IllegalArgumentException if there is no such document
   */
  public double score(List<String> query, int document) {
    index.checked(document);
    double score = 0;
    for (Map.Entry<String, Integer> term : counts(query).entrySet()) {
      InvertedIndex.Postings postings = index.postings(term.getKey());
      int f = postings.frequencyIn(document);
      score += f == 0 ? 0 : term.getValue() * idf(postings.size()) * tf(f, document);
    }
    return score;
  }

  /**
   * How the score of one document comes about: a part a term, in the query's order, and in each the
   * count, the idf and the tf with all that stands in them.
   *
   * @throws IllegalArgumentException if there is no such document
   */
  public Explanation explain(List<String> query, int document) {
    index.checked(document);
    List<Explanation> terms = new ArrayList<>();
    double score = 0;
    for (Map.Entry<String, Integer> term : counts(query).entrySet()) {
      Explanation e = explainTerm(term.getKey(), term.getValue(), document);
      terms.add(e);
      score += e.value();
    }
    return new Explanation("score", "the sum over the terms of the query", score, terms);
  }

  private Explanation explainTerm(String term, int count, int document) {
    InvertedIndex.Postings postings = index.postings(term);
    int n = postings.size();
    int f = postings.frequencyIn(document);
    if (f == 0) {
      String why = n == 0 ? "no document holds it" : "the document does not hold it";
      return new Explanation(
          term, why, 0, List.of(Explanation.given("n", n), Explanation.given("f", 0)));
    }
    Explanation idf =
        new Explanation(
            "idf",
            "ln(1 + (N - n + 0.5) / (n + 0.5))",
            idf(n),
            List.of(Explanation.given("N", index.filled()), Explanation.given("n", n)));
    Explanation tf =
        new Explanation(
            "tf",
            settings.form() == Form.LUCENE
                ? "f / (f + k1 · (1 - b + b · dl / avgdl))"
                : "f · (k1 + 1) / (f + k1 · (1 - b + b · dl / avgdl))",
            tf(f, document),
            List.of(
                Explanation.given("f", f),
                Explanation.given("k1", settings.k1()),
                Explanation.given("b", settings.b()),
                Explanation.given("dl", length(document)),
                Explanation.given("avgdl", index.averageLength())));
    return new Explanation(
        term,
        "count · idf · tf",
        count * idf.value() * tf.value(),
        List.of(Explanation.given("count", count), idf, tf));
  }

  double idf(int n) {
    return Math.log(1 + (index.filled() - n + 0.5) / (n + 0.5));
  }

  double tf(int f, int document) {
    double tf = f / (f + norms[document]);
    return settings.form() == Form.LUCENE ? tf : tf * (settings.k1() + 1);
  }

  private double norm(int length) {
    return settings.k1() * (1 - settings.b() + settings.b() * length / index.averageLength());
  }

  private int length(int document) {
    int length = index.length(document);
    return settings.lengths() == Lengths.EXACT ? length : OneByteLength.round(length);
  }

  /** The query's terms in their order, each once, with how often it is there. */
  private static Map<String, Integer> counts(List<String> query) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (String term : query) {
      counts.merge(term, 1, Integer::sum);
    }
    return counts;
  }
}
