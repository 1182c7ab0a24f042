package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * Attention of a decoder's tokens x [n x d] to an encoder's output z [m x d]: queries come from x,
 * keys and values from z, and every token may attend to all of z.
 *
 * <pre>
 * y = Attention(x W_Qᵀ, z W_Kᵀ, z W_Vᵀ) W_Oᵀ    [n x d]
 * </pre>
 *
 * Source: Vaswani et al. 2017, section 3.2.3, first point. Keys and values do not change while the
 * decoder writes: {@link #keysAndValues} computes them once.
 */
public final class CrossAttention {
  private final MultiHead heads;
  private final Linear query;
  private final Linear keyAndValue;
  private final Linear output;
  private final boolean scaled;

  /**
   * From its layers.
   *
   * @param heads h and g
   * @param query W_Q and b_Q, [h d_h x d]
   * @param keyAndValue K and V side by side, [2 g d_h x the encoder's width]
   * @param output W_O and b_O, [d x h d_h]
   * @param scaled whether scores are multiplied with 1/√d_h; T5 does not
   * @throws IllegalArgumentException if the widths do not fit
   */
  public CrossAttention(
      MultiHead heads, Linear query, Linear keyAndValue, Linear output, boolean scaled) {
    int size = query.out() / heads.heads();
    Check.that(
        size >= 1
            && query.out() == size * heads.heads()
            && keyAndValue.out() == 2 * size * heads.kvHeads()
            && output.in() == query.out()
            && output.out() == query.in(),
        "query is %d x %d, key and value are %d x %d, output is %d x %d: with h = %d heads and"
            + " g = %d of keys they must be h d_h x d, 2 g d_h x d_encoder and d x h d_h",
        query.out(),
        query.in(),
        keyAndValue.out(),
        keyAndValue.in(),
        output.out(),
        output.in(),
        heads.heads(),
        heads.kvHeads());
    this.heads = heads;
    this.query = query;
    this.keyAndValue = keyAndValue;
    this.output = output;
    this.scaled = scaled;
  }

  /** The width of the encoder's output. */
  public int sourceWidth() {
    return keyAndValue.in();
  }

  /** K and V side by side, [m x 2 g d_h], of the encoder's output z [m x its width]. */
  public Matrix keysAndValues(Compute compute, Matrix z) {
    return keyAndValue.apply(compute, z);
  }

  /** Weights and biases. */
  public long parameters() {
    return query.parameters() + keyAndValue.parameters() + output.parameters();
  }

  /** Bytes of the weights. */
  public long bytes() {
    return query.bytes() + keyAndValue.bytes() + output.bytes();
  }

  /**
   * Writes the attention's output for the rows of x [n x d] to y [n x d].
   *
   * @param weights takes the weights, one matrix a head, or is null
   */
  void apply(
      Compute compute, Matrix x, Matrix keysAndValues, Matrix y, List<List<Matrix>> weights) {
    int shared = keysAndValues.cols() / 2;
    Matrix q = query.apply(compute, x);
    Matrix k = keysAndValues.columns(0, shared);
    Matrix v = keysAndValues.columns(shared, 2 * shared);
    Matrix attended = Matrix.zeros(x.rows(), q.cols());
    if (weights == null) {
      Attention attention = scaled ? compute.attention() : compute.unscaled();
      heads.attend(attention, compute.loop(), q, k, v, Mask.full(), attended);
    } else {
      weights.add(explain(compute.kernels(), q, k, v, attended));
    }
    output.apply(compute, attended, y);
  }

  private List<Matrix> explain(Kernels kernels, Matrix q, Matrix k, Matrix v, Matrix to) {
    PlainAttention plain = new PlainAttention(kernels, scaled ? Scale.INVERSE_ROOT : Scale.NONE);
    List<Matrix> weights = new ArrayList<>();
    for (int t = 0; t < heads.heads(); t++) {
      var trace =
          plain.explain(
              heads.queryHead(q, t), heads.keyHead(k, t), heads.keyHead(v, t), Mask.full());
      heads.queryHead(to, t).set(trace.output());
      weights.add(trace.weights());
    }
    return weights;
  }
}
