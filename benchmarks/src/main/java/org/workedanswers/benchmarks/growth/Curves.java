package org.workedanswers.benchmarks.growth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.TiledAttention;
import org.workedanswers.benchmarks.comparisons.Embeddings;
import org.workedanswers.benchmarks.comparisons.WordDocuments;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Router;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.HnswIndex;
import org.workedanswers.rag.HnswSettings;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.MaxScoreBm25;
import org.workedanswers.rag.TermSearch;

/** The curves there are. All times are of one thread. */
final class Curves {
  static final List<Curve> ALL =
      List.of(
          new Curve(
              "attention",
              "Attention, one head of width 64",
              "tokens",
              "seconds",
              "2: a score for each pair of tokens",
              Curves::attention),
          new Curve(
              "scratch",
              "Attention's scratch memory, one head of width 64",
              "tokens",
              "MiB, counted",
              "2 where all scores are held, 1 by blocks",
              Curves::scratch),
          new Curve(
              "documents",
              "BM25, ten best, a query",
              "documents",
              "seconds",
              "1 where every posting is looked at, less where the best are found without",
              Curves::documents),
          new Curve(
              "vectors",
              "The ten nearest of vectors of width 384, a query",
              "vectors",
              "seconds",
              "1 for exact search; below 0.5 for a graph, whose steps grow with log n",
              Curves::vectors),
          new Curve(
              "experts",
              "Two experts of E, 2,048 tokens",
              "experts",
              "seconds a token",
              "0: a token passes two experts, however many there are",
              Curves::experts));

  private static final int WIDTH = 64;
  private static final int QUERIES = 100;
  private static final int EF = 40;

  private Curves() {}

  private static Kernels kernels() {
    return KernelsChoice.best();
  }

  /** Times a call for each size. */
  private static Points timed(String name, int[] sizes, double per, IntFunction<Runnable> call) {
    Runnable[] calls = new Runnable[sizes.length];
    double[] x = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      calls[i] = call.apply(sizes[i]);
      x[i] = sizes[i];
    }
    double[] seconds = new Stopwatch().seconds(calls);
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] /= per;
    }
    return new Points(name, x, seconds);
  }

  private static List<Points> attention() {
    int[] tokens = {256, 512, 1024, 2048, 4096};
    return List.of(
        timed("plain", tokens, 1, n -> attend(new PlainAttention(kernels()), n)),
        timed("by blocks", tokens, 1, n -> attend(new FlashAttention(kernels()), n)),
        timed("by blocks, packed", tokens, 1, n -> attend(new TiledAttention(kernels()), n)));
  }

  private static Runnable attend(Attention form, int n) {
    SeededRandom random = new SeededRandom(n);
    Matrix q = random.gaussian(n, WIDTH, 1);
    Matrix k = random.gaussian(n, WIDTH, 1);
    Matrix v = random.gaussian(n, WIDTH, 1);
    Matrix output = Matrix.zeros(n, WIDTH);
    return () -> form.attend(q, k, v, Mask.full(), output);
  }

  private static List<Points> scratch() {
    List<Points> lines = new ArrayList<>();
    Map<String, Attention> forms = new LinkedHashMap<>(); // in the order, and colours, of the times
    forms.put("plain", new PlainAttention(kernels()));
    forms.put("by blocks", new FlashAttention(kernels()));
    forms.put("by blocks, packed", new TiledAttention(kernels()));
    forms.forEach(
        (name, form) -> {
          double[] tokens = new double[7];
          double[] mib = new double[tokens.length];
          for (int i = 0; i < tokens.length; i++) {
            int n = 1 << (14 + i);
            tokens[i] = n;
            mib[i] = form.scratchBytes(n, n, WIDTH, WIDTH) / 1048576.0;
          }
          lines.add(new Points(name, tokens, mib));
        });
    return lines;
  }

  private static List<Points> documents() {
    WordDocuments words = WordDocuments.random();
    List<List<String>> queries = words.withCommonest().subList(0, QUERIES);
    int[] documents = {12_500, 25_000, 50_000, 100_000, 200_000};
    return List.of(
        timed("term by term", documents, QUERIES, n -> ask(bm25(words, n), queries)),
        timed(
            "the best by MaxScore",
            documents,
            QUERIES,
            n -> ask(new MaxScoreBm25(bm25(words, n)), queries)));
  }

  private static Bm25 bm25(WordDocuments words, int n) {
    return new Bm25(InvertedIndex.of(words.documents().subList(0, n)), Bm25.Settings.STANDARD);
  }

  private static Runnable ask(TermSearch search, List<List<String>> queries) {
    return () -> queries.forEach(q -> search.search(q, WordDocuments.TOP));
  }

  private static List<Points> vectors() {
    Embeddings all = Embeddings.random();
    Matrix queries = all.queries().rows(0, QUERIES);
    int[] vectors = {3_125, 6_250, 12_500, 25_000, 50_000};
    return List.of(
        timed(
            "exact",
            vectors,
            QUERIES,
            n -> {
              DenseIndex exact =
                  new DenseIndex(
                      kernels(),
                      Loop.sequential(),
                      all.documents().rows(0, n),
                      DenseIndex.Similarity.DOT);
              return () -> exact.search(queries, Embeddings.TOP);
            }),
        timed(
            "graph, ef 40",
            vectors,
            QUERIES,
            n -> {
              HnswIndex graph =
                  HnswIndex.of(
                      kernels(),
                      Loop.sequential(),
                      all.documents().rows(0, n),
                      HnswSettings.STANDARD);
              return () -> graph.search(queries, Embeddings.TOP, EF);
            }));
  }

  private static List<Points> experts() {
    int tokens = 2048;
    int width = 128;
    int hidden = 512;
    SeededRandom random = new SeededRandom(15);
    Matrix x = random.gaussian(tokens, width, 1);
    return List.of(
        timed(
            "two of E",
            new int[] {8, 16, 32, 64},
            tokens,
            experts -> {
              List<FeedForward> layers = new ArrayList<>();
              for (int e = 0; e < experts; e++) {
                layers.add(
                    FeedForward.dense(
                        Activation.GELU,
                        random.gaussian(width, hidden, 0.05),
                        new float[hidden],
                        random.gaussian(hidden, width, 0.05),
                        new float[width]));
              }
              Router router =
                  new Router(random.gaussian(width, experts, 0.05), 2, Gating.TOP_K_THEN_SOFTMAX);
              MixtureOfExperts mixture = new MixtureOfExperts(router, layers);
              return () -> mixture.apply(kernels(), x);
            }));
  }
}
