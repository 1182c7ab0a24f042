package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * An encoder: each token becomes a vector that knows of all others.
 *
 * <pre>
 * x = embeddings(tokens)             [n x d]
 * x = layer_l(x)    for every l      every position attends to every position
 * </pre>
 *
 * BERT's (Devlin et al., <i>BERT</i>, 2019) has its norms after the parts, T5's before them.
 * Several sequences are run as one batch: their tokens are rows of one matrix, so that each weight
 * is read once, nothing is filled up, and each sequence attends to itself alone. A sequence's
 * vectors are the same bits in a batch as alone, with kernels that {@linkplain
 * org.workedanswers.core.Kernels#sumsByInnerSizeAlone sum by the inner size alone}.
 *
 * @param embeddings tokens to vectors
 * @param stack the layers
 */
public record Encoder(Embeddings embeddings, Stack stack) {
  /** Rows that are run together: with more, what lies between leaves the caches. */
  private static final int ROWS = 512;

  /**
   * Checks the widths.
   *
   * @throws IllegalArgumentException if they differ
   */
  public Encoder {
    Check.that(
        embeddings.width() == stack.width(),
        "the embeddings are of width %d and the layers of %d",
        embeddings.width(),
        stack.width());
  }

  /** d, the width of a token. */
  public int width() {
    return stack.width();
  }

  /** Weights and biases. */
  public long parameters() {
    return embeddings.parameters() + stack.parameters();
  }

  /**
   * The vectors of a sequence's tokens, a new [n x d].
   *
   * @throws IllegalArgumentException if a token does not exist or the sequence is longer than there
   *     are positions
   */
  public Matrix encode(Compute compute, int... tokens) {
    return encode(compute, List.of(tokens)).get(0);
  }

  /**
   * The vectors of several sequences' tokens, [n x d] each.
   *
   * @throws IllegalArgumentException as {@link #encode(Compute, int...)}
   */
  public List<Matrix> encode(Compute compute, List<int[]> sequences) {
    List<Matrix> outputs = new ArrayList<>();
    for (int first = 0, next; first < sequences.size(); first = next) {
      long rows = sequences.get(first).length;
      next = first + 1;
      while (next < sequences.size() && rows + sequences.get(next).length <= ROWS) {
        rows += sequences.get(next++).length;
      }
      outputs.addAll(together(compute, sequences.subList(first, next), null, null));
    }
    return outputs;
  }

  /**
   * The vectors of a sequence of several parts: a question and a passage, say.
   *
   * @param types the part of each token
   * @throws IllegalArgumentException as {@link #encode(Compute, int...)}, or if a type does not
   *     exist
   */
  public Matrix encode(Compute compute, int[] tokens, int[] types) {
    return together(compute, List.of(tokens), types, null).get(0);
  }

  /**
   * {@link #encode(Compute, int...)} with everything between; attention takes the plain form.
   *
   * @throws IllegalArgumentException as {@link #encode(Compute, int...)}
   */
  public Trace explain(Compute compute, int... tokens) {
    List<LayerTrace> layers = new ArrayList<>();
    Matrix embedded = Matrix.zeros(tokens.length, width());
    embeddings.write(compute.kernels(), tokens, null, 0, embedded);
    Matrix output = together(compute, List.of(tokens), null, layers).get(0);
    return new Trace(embedded, layers, output);
  }

  private List<Matrix> together(
      Compute compute, List<int[]> sequences, int[] types, List<LayerTrace> traces) {
    int[] lengths = sequences.stream().mapToInt(s -> s.length).toArray();
    Span[] spans = Span.of(lengths);
    Matrix x = Matrix.zeros(Arrays.stream(lengths).sum(), width());
    for (int s = 0; s < spans.length; s++) {
      Matrix rows = x.rows(spans[s].from(), spans[s].to());
      embeddings.write(compute.kernels(), sequences.get(s), types, 0, rows);
    }
    stack.apply(compute, x, spans, null, traces);
    return Arrays.stream(spans).map(s -> x.rows(s.from(), s.to())).toList();
  }
}
