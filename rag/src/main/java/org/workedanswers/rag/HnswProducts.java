package org.workedanswers.rag;

import org.workedanswers.core.Kernels;

/**
 * The products of one vector q, a query or a node's, with nodes, by their {@link HnswCodes}. Serves
 * one thread at a time, and keeps its memory from call to call.
 */
final class HnswProducts {
  private final Kernels kernels;
  private final HnswCodes codes;

  private byte[] query = {}; // what a query's code is written to
  private byte[] q = {}; // the array that q̂ is a run of, from qo
  private int qo;
  private float scale;

  private final int[] offsets;
  private final int[] dots;

  /** For {@code most} nodes at a time. */
  HnswProducts(Kernels kernels, HnswCodes codes, int most) {
    this.kernels = kernels;
    this.codes = codes;
    this.offsets = new int[most];
    this.dots = new int[most];
  }

  /** q is a query as {@link HnswVectors} prepares it. */
  void of(float[] prepared) {
    if (query.length == 0) {
      query = new byte[codes.dimension()];
    }
    scale = codes.encode(prepared, 0, query, 0);
    q = query;
    qo = 0;
  }

  /** q is a node. */
  void of(int node) {
    scale = codes.scale(node);
    q = codes.data();
    qo = codes.offset(node);
  }

  /** scores[i] ≈ q · nodes[from + i], for the first {@code count}. */
  void with(int[] nodes, int from, int count, float[] scores) {
    for (int i = 0; i < count; i++) {
      offsets[i] = codes.offset(nodes[from + i]);
    }
    kernels.dotsInt8(count, codes.dimension(), q, qo, codes.data(), offsets, dots);
    for (int i = 0; i < count; i++) {
      scores[i] = scale * codes.scale(nodes[from + i]) * dots[i];
    }
  }
}
