package org.workedanswers.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.Version;
import org.workedanswers.benchmarks.comparisons.Embeddings;
import org.workedanswers.benchmarks.comparisons.EqualRecall;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Race;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.HnswIndex;

/**
 * Our graph and Lucene's, in one segment; its codec's M = 16 and beam of 100 are our settings. Each
 * is built once. Lucene's ef is the k of its query, of which the ten best are taken.
 */
public final class HnswLucene implements Comparison {
  private static final String FIELD = "vector";
  private static final double BUILD_GOAL = 1.3;
  private static final double SEARCH_GOAL = 1.2;

  private HnswIndex graph;
  private IndexSearcher searcher;

  @Override
  public void run(Report report) throws IOException {
    Embeddings embeddings = Embeddings.random();
    int[][] nearest = embeddings.nearest();
    String name = "Lucene " + Version.LATEST;
    report.note("building both graphs, some minutes");
    try (OneSegment index = new OneSegment(new IndexWriterConfig())) {
      report.race(
          Race.Settings.ONCE,
          "HNSW build, 100k x 384",
          BUILD_GOAL,
          Contender.of("ours", () -> graph = embeddings.graph(Loop.sequential())),
          Contender.of(name, () -> build(index, embeddings.documents())));
      EqualRecall equal = new EqualRecall(report, nearest);
      report.race(
          "HNSW top-10, 100k x 384",
          SEARCH_GOAL,
          equal.contender(
              "ours",
              ef -> Embeddings.documents(graph.search(embeddings.queries(), Embeddings.TOP, ef))),
          equal.contender(name, ef -> search(embeddings.queries(), ef)));
    }
  }

  private void build(OneSegment index, Matrix documents) {
    try {
      for (int i = 0; i < documents.rows(); i++) {
        index.add(
            new KnnFloatVectorField(FIELD, documents.row(i), VectorSimilarityFunction.DOT_PRODUCT));
      }
      searcher = index.searcher();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int[][] search(Matrix queries, int ef) {
    int[][] found = new int[queries.rows()][];
    try {
      for (int q = 0; q < found.length; q++) {
        ScoreDoc[] hits =
            searcher.search(new KnnFloatVectorQuery(FIELD, queries.row(q), ef), Embeddings.TOP)
                .scoreDocs;
        found[q] = new int[hits.length];
        for (int i = 0; i < hits.length; i++) {
          found[q][i] = hits[i].doc;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }
}
