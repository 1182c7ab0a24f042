package org.workedanswers.attention;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Several heads side by side, each attending within its own columns:
 *
 * <pre>
 * Q [n x h d_k]   K [m x g d_k]   V [m x g d_v]   output [n x h d_v]
 * head t:  output_t = Attention(Q_t, K_s, V_s),   s = ⌊t g / h⌋
 * </pre>
 *
 * h heads of queries share g heads of keys and values: g = h is multi-head attention (Vaswani et
 * al. 2017, section 3.2.2), 1 &lt; g &lt; h grouped-query attention (Ainslie et al., <i>GQA</i>,
 * 2023, section 2.2), g = 1 multi-query attention (Shazeer 2019). Each head is a view of columns;
 * nothing is copied, and {@code output} is the heads' outputs already side by side.
 *
 * <p>The projections before and after (W_Q, W_K, W_V, W_O) are the caller's.
 *
 * @param heads h, the heads of queries
 * @param kvHeads g, the heads of keys and values, a divisor of h
 */
public record MultiHead(int heads, int kvHeads) {
  /**
   * h heads over g heads of keys and values.
   *
   * @throws IllegalArgumentException if one is below 1 or g does not divide h
   */
  public MultiHead {
    Check.positive("heads", heads);
    Check.positive("kvHeads", kvHeads);
    Check.that(
        heads % kvHeads == 0,
        "%d heads can't share %d heads of keys and values: these must divide the heads",
        heads,
        kvHeads);
  }

  /** h heads, each with keys and values of its own. */
  public MultiHead(int heads) {
    this(heads, heads);
  }

  /**
   * Runs every head, shared out over the loop's threads, and returns what they took together; of
   * scratch, what one thread takes, which holds one head's at a time.
   *
   * @throws IllegalArgumentException if a width can't be cut into the heads, or shapes do not fit
   */
  public Counts attend(
      Attention attention, Loop loop, Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    return attention.attend(this, loop, q, k, v, mask, output);
  }

  /** The trace of every head, in order. */
  public List<AttentionTrace> explain(
      PlainAttention attention, Matrix q, Matrix k, Matrix v, Mask mask) {
    checkWidths(q, k, v);
    List<AttentionTrace> traces = new ArrayList<>();
    for (int t = 0; t < heads; t++) {
      traces.add(attention.explain(queryHead(q, t), keyHead(k, t), keyHead(v, t), mask));
    }
    return traces;
  }

  /** The columns of head t, of a matrix that has h of them: queries, or the output. A view. */
  public Matrix queryHead(Matrix x, int t) {
    return part(x, heads, Check.range("head", t, 0, heads - 1));
  }

  /** The columns that head t reads of a matrix that has g heads: keys, or values. A view. */
  public Matrix keyHead(Matrix x, int t) {
    return part(x, kvHeads, Check.range("head", t, 0, heads - 1) / (heads / kvHeads));
  }

  private static Matrix part(Matrix x, int parts, int index) {
    int width = x.cols() / parts;
    return x.columns(index * width, (index + 1) * width);
  }

  /** Checks that every operand can be cut into its heads. */
  void checkWidths(Matrix q, Matrix k, Matrix v, Matrix output) {
    checkWidths(q, k, v);
    Check.that(
        output.cols() % heads == 0,
        "the output is %s: %d heads must divide its width",
        output,
        heads);
  }

  private void checkWidths(Matrix q, Matrix k, Matrix v) {
    Check.that(q.cols() % heads == 0, "q is %s: %d heads must divide its width", q, heads);
    Check.that(
        k.cols() % kvHeads == 0 && v.cols() % kvHeads == 0,
        "k is %s and v is %s: %d heads of keys and values must divide their widths",
        k,
        v,
        kvHeads);
  }
}
