package org.workedanswers.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
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
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.Int8DenseIndex;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.MaxScoreBm25;
import org.workedanswers.rag.ReciprocalRankFusion;

/**
 * The ten best documents by words, by meaning, and the fusion of two rankings, by size, on one
 * thread. A call of {@link #words}, {@link #wordsByMaxScore} and {@link #lucene} is {@value
 * #QUERIES} queries of five terms, one of {@link #meaning} and {@link #meaningThroughBytes} is one
 * query, one of {@link #meaningTogether} is {@value #QUERIES}.
 *
 * <p>Pitfalls. The words are random with Zipf's frequencies, 24 a document: real text has phrases,
 * topics and queries that people make. The plain form scores every document that holds a term; by
 * MaxScore, and in Lucene, documents that can't come among the ten are skipped, which pays the more
 * the larger the collection and the more unequal the terms. Lucene's index is compressed and lies
 * in memory here. Exact search among embeddings reads all of them for every query, so with many
 * documents it is as fast as memory; queries that come together share what was read. Embedding the
 * query, which takes longer than all of this, is not in it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class RagBenchmark {
  private static final int TOP = 10;
  private static final int QUERIES = 16;
  private static final int DIMENSION = 384;

  /** A collection in words. */
  @State(Scope.Benchmark)
  public static class Words {
    /** How many documents. */
    @Param({"10000", "1000", "100000"})
    public int documents;

    private final List<List<String>> queries = new ArrayList<>();
    private final List<Query> luceneQueries = new ArrayList<>();
    private Bm25 bm25;
    private MaxScoreBm25 maxScore;
    private IndexSearcher lucene;

    /** Makes both indexes, and holds their scores against each other once. */
    @Setup
    public void setup() throws IOException {
      SeededRandom random = new SeededRandom(16);
      List<List<String>> texts = new ArrayList<>();
      for (int d = 0; d < documents; d++) {
        texts.add(terms(random, 24));
      }
      for (int q = 0; q < QUERIES; q++) {
        queries.add(terms(random, 5));
        luceneQueries.add(query(queries.get(q)));
      }
      bm25 = new Bm25(InvertedIndex.of(texts), Bm25.Settings.STANDARD.with(Bm25.Lengths.ONE_BYTE));
      maxScore = new MaxScoreBm25(bm25);
      lucene = lucene(texts);
      for (int q = 0; q < QUERIES; q++) {
        same(bm25.search(queries.get(q), TOP), maxScore.search(queries.get(q), TOP));
        same(lucene.search(luceneQueries.get(q), TOP).scoreDocs, bm25.search(queries.get(q), TOP));
      }
    }

    /** Zipf's frequencies: the word of rank r comes 1 / r as often as the first. */
    private static List<String> terms(SeededRandom random, int length) {
      List<String> terms = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        terms.add("w" + (int) Math.pow(50_000, random.uniform()));
      }
      return terms;
    }

    private static void same(ScoreDoc[] expected, List<Hit> actual) {
      for (int i = 0; i < expected.length; i++) {
        double off = Math.abs(expected[i].score - actual.get(i).score());
        if (!(off <= 1e-5)) {
          throw new IllegalStateException("rank " + (i + 1) + " is off by " + off);
        }
      }
    }

    private static void same(List<Hit> expected, List<Hit> actual) {
      if (!expected.equals(actual)) {
        throw new IllegalStateException(actual + " instead of " + expected);
      }
    }

    private static Query query(List<String> terms) {
      BooleanQuery.Builder query = new BooleanQuery.Builder();
      terms.forEach(t -> query.add(new TermQuery(new Term("text", t)), BooleanClause.Occur.SHOULD));
      return query.build();
    }

    private static IndexSearcher lucene(List<List<String>> texts) throws IOException {
      ByteBuffersDirectory directory = new ByteBuffersDirectory();
      IndexWriterConfig config = new IndexWriterConfig(new StandardAnalyzer());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (List<String> terms : texts) {
          Document document = new Document();
          document.add(new TextField("text", new LuceneTerms(terms)));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(directory));
      searcher.setSimilarity(new BM25Similarity());
      searcher.setQueryCache(null);
      return searcher;
    }
  }

  /** A collection in embeddings. */
  @State(Scope.Benchmark)
  public static class Meaning {
    /** How many documents. */
    @Param({"10000", "1000", "100000"})
    public int documents;

    /** Whose products. */
    @Param({"plain", "simd", "nd4j"})
    public String kernels;

    private DenseIndex index;
    private Int8DenseIndex bytes;
    private Matrix queries;

    /** Makes the index, and holds it against plain once. */
    @Setup
    public void setup() {
      SeededRandom random = new SeededRandom(16);
      Matrix embeddings = random.gaussian(documents, DIMENSION, 1);
      queries = random.gaussian(QUERIES, DIMENSION, 1);
      index =
          new DenseIndex(
              KernelsChoice.named(kernels),
              Loop.sequential(),
              embeddings,
              DenseIndex.Similarity.COSINE);
      DenseIndex plain =
          new DenseIndex(
              PlainKernels.PLAIN, Loop.sequential(), embeddings, DenseIndex.Similarity.COSINE);
      bytes = new Int8DenseIndex(index);
      List<Hit> expected = plain.search(queries.row(0), TOP);
      List<Hit> actual = index.search(queries, TOP).get(0);
      for (int i = 0; i < TOP; i++) {
        double off = Math.abs(expected.get(i).score() - actual.get(i).score());
        if (!(off <= 1e-5)) {
          throw new IllegalStateException("rank " + (i + 1) + " is off by " + off);
        }
      }
    }
  }

  /** Two rankings of as many documents, half of them in both. */
  @State(Scope.Benchmark)
  public static class Ranks {
    /** How many documents each leg hands over. */
    @Param({"100", "1000", "10"})
    public int depth;

    private List<List<Hit>> rankings;

    /** Makes the rankings. */
    @Setup
    public void setup() {
      SeededRandom random = new SeededRandom(16);
      rankings = Arrays.asList(ranking(random.permutation(depth), 0), List.of());
      rankings.set(1, ranking(random.permutation(depth), depth / 2));
    }

    private static List<Hit> ranking(int[] documents, int first) {
      List<Hit> hits = new ArrayList<>();
      for (int d : documents) {
        hits.add(new Hit(first + d, documents.length - hits.size()));
      }
      return hits;
    }
  }

  /** BM25, one query after another. */
  @Benchmark
  public List<List<Hit>> words(Words w) {
    List<List<Hit>> found = new ArrayList<>();
    for (List<String> query : w.queries) {
      found.add(w.bm25.search(query, TOP));
    }
    return found;
  }

  /** The same with documents left out. */
  @Benchmark
  public List<List<Hit>> wordsByMaxScore(Words w) {
    List<List<Hit>> found = new ArrayList<>();
    for (List<String> query : w.queries) {
      found.add(w.maxScore.search(query, TOP));
    }
    return found;
  }

  /** The same by Lucene. */
  @Benchmark
  public List<ScoreDoc[]> lucene(Words w) throws IOException {
    List<ScoreDoc[]> found = new ArrayList<>();
    for (Query query : w.luceneQueries) {
      found.add(w.lucene.search(query, TOP).scoreDocs);
    }
    return found;
  }

  /** Exact search for one query. */
  @Benchmark
  public List<Hit> meaning(Meaning m) {
    return m.index.search(m.queries.rows(0, 1), TOP).get(0);
  }

  /** The same through a scan in bytes. */
  @Benchmark
  public List<Hit> meaningThroughBytes(Meaning m) {
    return m.bytes.search(m.queries.rows(0, 1), TOP).get(0);
  }

  /** Exact search for all queries together. */
  @Benchmark
  public List<List<Hit>> meaningTogether(Meaning m) {
    return m.index.search(m.queries, TOP);
  }

  /** Reciprocal rank fusion of two rankings. */
  @Benchmark
  public List<Hit> fusion(Ranks r) {
    return new ReciprocalRankFusion(ReciprocalRankFusion.STANDARD_K).fuse(r.rankings);
  }
}
