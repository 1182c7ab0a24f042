package org.workedanswers.peers;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult.NodeScore;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
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
 * Our graph and JVector's, with degree 2M on layer 0 and M above, as ours; vectors stay in memory
 * at full width. Each is built once, on one thread. JVector's ef is its rerankK.
 */
public final class HnswJvector implements Comparison {
  private static final double BUILD_GOAL = 2;
  private static final double SEARCH_GOAL = 2;
  private static final VectorSimilarityFunction DOT = VectorSimilarityFunction.DOT_PRODUCT;

  // JVector's own defaults: how many more links a node has while building, and how long they are.
  private static final float OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;

  private final VectorTypeSupport types =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private HnswIndex graph;
  private ImmutableGraphIndex peers;

  @Override
  public void run(Report report) throws IOException {
    Embeddings embeddings = Embeddings.random();
    int[][] nearest = embeddings.nearest();
    RandomAccessVectorValues vectors =
        new ListRandomAccessVectorValues(vectors(embeddings.documents()), Embeddings.DIMENSION);
    List<VectorFloat<?>> queries = vectors(embeddings.queries());
    report.note("building both graphs, some minutes");
    report.race(
        Race.Settings.ONCE,
        "HNSW build, 100k x 384",
        BUILD_GOAL,
        Contender.of("ours", () -> graph = embeddings.graph(Loop.sequential())),
        Contender.of("JVector", () -> build(vectors)));
    EqualRecall equal = new EqualRecall(report, nearest);
    try (GraphSearcher searcher = new GraphSearcher(peers)) {
      report.race(
          "HNSW top-10, 100k x 384",
          SEARCH_GOAL,
          equal.contender(
              "ours",
              ef -> Embeddings.documents(graph.search(embeddings.queries(), Embeddings.TOP, ef))),
          equal.contender("JVector", ef -> search(searcher, vectors, queries, ef)));
    }
  }

  private List<VectorFloat<?>> vectors(Matrix rows) {
    List<VectorFloat<?>> vectors = new ArrayList<>();
    for (int i = 0; i < rows.rows(); i++) {
      vectors.add(types.createFloatVector(rows.row(i)));
    }
    return vectors;
  }

  @SuppressWarnings("deprecation") // all of the constructors are
  private void build(RandomAccessVectorValues vectors) {
    ForkJoinPool one = new ForkJoinPool(1);
    try (GraphIndexBuilder builder =
        new GraphIndexBuilder(
            BuildScoreProvider.randomAccessScoreProvider(vectors, DOT),
            Embeddings.DIMENSION,
            List.of(2 * Embeddings.GRAPH.m(), Embeddings.GRAPH.m()),
            Embeddings.GRAPH.efConstruction(),
            OVERFLOW,
            ALPHA,
            true,
            true,
            one,
            one)) {
      peers = builder.build(vectors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      one.shutdown();
    }
  }

  private static int[][] search(
      GraphSearcher searcher,
      RandomAccessVectorValues vectors,
      List<VectorFloat<?>> queries,
      int ef) {
    int[][] found = new int[queries.size()][];
    for (int q = 0; q < found.length; q++) {
      NodeScore[] nodes =
          searcher
              .search(
                  DefaultSearchScoreProvider.exact(queries.get(q), DOT, vectors),
                  Embeddings.TOP,
                  ef,
                  0,
                  0,
                  Bits.ALL)
              .getNodes();
      found[q] = new int[nodes.length];
      for (int i = 0; i < nodes.length; i++) {
        found[q][i] = nodes[i].node;
      }
    }
    return found;
  }
}
