package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.DenseIndex;

/** Exact search for one query, which reads every vector once, and the memory's speed in that. */
public final class DenseMemory implements Comparison {
  private static final double GOAL = 0.85;

  @Override
  public void run(Report report) {
    Embeddings embeddings = Embeddings.random();
    DenseIndex index = embeddings.exact(Loop.sequential());
    Matrix query = embeddings.queries().rows(0, 1);
    Contender memory = MemoryRead.contender(embeddings.documents().data());
    report.race(
        "exact top-10 of 100k x 384",
        GOAL,
        Contender.of("ours", () -> index.search(query, Embeddings.TOP)).doing(memory.work()),
        memory);
  }
}
