package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Int8DenseIndex;

/** Exact search for one query with the documents in bytes, and in fp32. */
public final class Int8F32 implements Comparison {
  private static final double GOAL = 3.5;
  private static final double LEAST_RECALL = 0.95;

  @Override
  public void run(Report report) {
    Embeddings embeddings = Embeddings.random();
    DenseIndex wide = embeddings.exact(Loop.sequential());
    Int8DenseIndex bytes = new Int8DenseIndex(wide);
    double recall =
        Embeddings.recall(
            embeddings.nearest(),
            Embeddings.documents(bytes.search(embeddings.queries(), Embeddings.TOP)));
    report.note("recall@10 of the bytes: " + recall);
    if (recall < LEAST_RECALL) {
      throw new IllegalStateException("search in bytes finds " + recall + " of the nearest");
    }
    Matrix query = embeddings.queries().rows(0, 1);
    report.race(
        "top-10 of 100k x 384 in bytes",
        GOAL,
        Contender.of("ours", () -> bytes.search(query, Embeddings.TOP)),
        Contender.of("our fp32", () -> wide.search(query, Embeddings.TOP)));
  }
}
