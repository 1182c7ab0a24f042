package org.workedanswers.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.HnswIndex;
import org.workedanswers.rag.HnswSettings;

/**
 * The ten nearest documents by a walk through a graph, and building the graph, on one thread; M =
 * 16, efConstruction = 100. A call of {@link #search} and {@link #lucene} is {@value #QUERIES}
 * queries, one of {@link #build} inserts {@value #INSERTED} documents.
 *
 * <p>Pitfalls. Speeds of approximate search compare at one recall alone, and the same ef is not the
 * same recall: the set-up prints both. The vectors are random in clusters, which decides how many
 * nodes a walk meets; embeddings of your texts have a number of their own. In a collection of this
 * size the vectors nearly fit the cache; in a larger one a walk waits for memory. Exact search is
 * in {@link RagBenchmark}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class HnswBenchmark {
  private static final int TOP = 10;
  private static final int QUERIES = 64;
  private static final int DOCUMENTS = 5000;
  private static final int INSERTED = 500;
  private static final int DIMENSION = 384;
  private static final HnswSettings SETTINGS =
      new HnswSettings(DenseIndex.Similarity.COSINE, 16, 100, 1);

  /** Documents, and queries from the same clusters. */
  private static final class Data {
    final Matrix documents;
    final Matrix queries;
    final List<List<Hit>> exact;

    Data() {
      SeededRandom random = new SeededRandom(16);
      Matrix centres = random.gaussian(100, 32, 1);
      Matrix spread = random.gaussian(32, DIMENSION, 1);
      documents = around(random, centres, spread, DOCUMENTS);
      queries = around(random, centres, spread, QUERIES);
      DenseIndex index =
          new DenseIndex(
              KernelsChoice.best(), Loop.sequential(), documents, DenseIndex.Similarity.COSINE);
      exact = index.search(queries, TOP);
    }

    private static Matrix around(SeededRandom random, Matrix centres, Matrix spread, int n) {
      Matrix latent = random.gaussian(n, centres.cols(), 1);
      for (int i = 0; i < n; i++) {
        int centre = random.below(centres.rows());
        for (int j = 0; j < centres.cols(); j++) {
          latent.set(i, j, latent.get(i, j) + centres.get(centre, j));
        }
      }
      Matrix vectors = KernelsChoice.best().multiply(latent, spread);
      for (int i = 0; i < vectors.data().length; i++) {
        vectors.data()[i] += (float) (2 * random.gaussian());
      }
      return vectors;
    }

    /** Prints what part of the exact best was found; throws if it is less than half. */
    void recall(String what, int ef, List<List<Integer>> found) {
      int common = 0;
      for (int q = 0; q < QUERIES; q++) {
        for (Hit hit : exact.get(q)) {
          common += found.get(q).contains(hit.document()) ? 1 : 0;
        }
      }
      double recall = (double) common / (QUERIES * TOP);
      System.out.printf("%s, ef %d: recall@%d %.3f%n", what, ef, TOP, recall);
      if (recall < 0.5) {
        throw new IllegalStateException(what + " finds " + recall + " of the nearest");
      }
    }
  }

  /** Our graph. */
  @State(Scope.Benchmark)
  public static class Graph {
    /** How many of the nearest a search keeps in view. */
    @Param({"40", "10"})
    public int ef;

    /** Whose products. */
    @Param({"plain", "simd"})
    public String kernels;

    private Matrix queries;
    private HnswIndex index;

    /** Makes the graph with the best kernels, and reads it with those that are asked for. */
    @Setup
    public void setup() throws IOException {
      Data data = new Data();
      queries = data.queries;
      Path file = Files.createTempFile("hnsw", ".index");
      HnswIndex.of(KernelsChoice.best(), Loop.sequential(), data.documents, SETTINGS).save(file);
      index = HnswIndex.load(KernelsChoice.named(kernels), Loop.sequential(), file);
      Files.delete(file);
      data.recall(
          "ours",
          ef,
          index.search(queries, TOP, ef).stream()
              .map(hits -> hits.stream().map(Hit::document).toList())
              .toList());
    }
  }

  /** Documents that no graph is made of yet. */
  @State(Scope.Benchmark)
  public static class Heap {
    /** Whose products. */
    @Param({"plain", "simd"})
    public String kernels;

    private Matrix documents;

    /** Makes the documents. */
    @Setup
    public void setup() {
      documents = new Data().documents.rows(0, INSERTED);
    }
  }

  /** Lucene's graph, in one segment. */
  @State(Scope.Benchmark)
  public static class Lucene {
    /** How many of the nearest a search keeps in view: Lucene's k. */
    @Param({"40", "10"})
    public int ef;

    private Matrix queries;
    private IndexSearcher searcher;

    /** Makes the graph. */
    @Setup
    public void setup() throws IOException {
      Data data = new Data();
      queries = data.queries;
      ByteBuffersDirectory directory = new ByteBuffersDirectory();
      IndexWriterConfig config = new IndexWriterConfig().setRAMBufferSizeMB(1000);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < DOCUMENTS; i++) {
          Document document = new Document();
          document.add(
              new KnnFloatVectorField(
                  "vector", data.documents.row(i), VectorSimilarityFunction.COSINE));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      searcher = new IndexSearcher(DirectoryReader.open(directory));
      searcher.setQueryCache(null);
      List<List<Integer>> found = new ArrayList<>();
      for (int q = 0; q < QUERIES; q++) {
        List<Integer> documents = new ArrayList<>();
        for (ScoreDoc hit : search(q)) {
          documents.add(hit.doc);
        }
        found.add(documents);
      }
      data.recall("Lucene", ef, found);
    }

    private ScoreDoc[] search(int q) throws IOException {
      return searcher.search(
              new KnnFloatVectorQuery("vector", queries.row(q), Math.max(ef, TOP)), TOP)
          .scoreDocs;
    }
  }

  /** The walk. */
  @Benchmark
  public List<List<Hit>> search(Graph g) {
    return g.index.search(g.queries, TOP, g.ef);
  }

  /** Insertion. */
  @Benchmark
  public HnswIndex build(Heap h) {
    return HnswIndex.of(KernelsChoice.named(h.kernels), Loop.sequential(), h.documents, SETTINGS);
  }

  /** The same search by Lucene. */
  @Benchmark
  public List<ScoreDoc[]> lucene(Lucene l) throws IOException {
    List<ScoreDoc[]> found = new ArrayList<>();
    for (int q = 0; q < QUERIES; q++) {
      found.add(l.search(q));
    }
    return found;
  }
}
