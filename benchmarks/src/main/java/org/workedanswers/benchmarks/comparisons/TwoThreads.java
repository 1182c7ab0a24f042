package org.workedanswers.benchmarks.comparisons;

import java.util.List;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Mask;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.benchmarks.peers.Unavailable;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Threads;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.HnswIndex;

/** Two threads and one. What else runs on the machine disturbs two first: best of the rounds. */
public final class TwoThreads implements Comparison {
  private static final int N = 2048;
  private static final int GRAPH_DOCUMENTS = 20_000;
  private static final int EF = 60;
  private static final double GOAL = 1.7;

  @Override
  public void run(Report report) {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new Unavailable("this JVM may use one processor alone");
    }
    Loop one = Loop.sequential();
    try (Threads two = Threads.of(2)) {
      Square square = Square.of(N);
      Contender product = square.ours(Ours.kernels(), two);
      product.call().run();
      square.check("the product by two threads", square.c());
      report.raceTwoThreads("product " + N, GOAL, product, square.ours(Ours.kernels(), one));

      Heads heads = Heads.of(N);
      Attention attention = Ours.attention(Ours.kernels());
      Contender attend = heads.ours("two threads", attention, two, Mask.full());
      attend.call().run();
      heads.check("attention by two threads", Mask.full(), heads.output());
      report.raceTwoThreads(
          "attention " + N, GOAL, attend, heads.ours("one thread", attention, one, Mask.full()));

      Embeddings embeddings = Embeddings.random();
      report.raceTwoThreads(
          Embeddings.QUERIES + " queries, exact search",
          GOAL,
          search("two threads", embeddings, two),
          search("one thread", embeddings, one));

      Embeddings few =
          new Embeddings(embeddings.documents().rows(0, GRAPH_DOCUMENTS), embeddings.queries());
      HnswIndex graph = few.graph(one);
      HnswIndex shared = few.graph(two);
      if (!walk(graph, few).equals(walk(shared, few))) {
        throw new IllegalStateException("a graph by two threads finds something else");
      }
      report.raceTwoThreads(
          Embeddings.QUERIES + " queries, graph",
          GOAL,
          Contender.of("two threads", () -> walk(shared, few)),
          Contender.of("one thread", () -> walk(graph, few)));
    }
  }

  private static List<List<Hit>> walk(HnswIndex graph, Embeddings embeddings) {
    return graph.search(embeddings.queries(), Embeddings.TOP, EF);
  }

  private static Contender search(String name, Embeddings embeddings, Loop loop) {
    DenseIndex index = embeddings.exact(loop);
    return Contender.of(name, () -> index.search(embeddings.queries(), Embeddings.TOP));
  }
}
