package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.workedanswers.attention.KvCache;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.RollingKvCache;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * Multi-head self-attention with its projections.
 *
 * <pre>
 * Q = x W_Qᵀ + b_Q   [n x h d_h]     K = x W_Kᵀ + b_K   [n x g d_h]     V likewise
 * y = Attention(Q, K, V) W_Oᵀ + b_O  [n x d]
 * </pre>
 *
 * h heads of queries share g heads of keys and values; queries and keys are turned by {@link
 * RotaryPositions}, where there is one, before they meet. Sources: Vaswani et al. 2017, section
 * 3.2.2; Ainslie et al., <i>GQA</i>, 2023; Su et al., <i>RoFormer</i>, 2021.
 */
public final class SelfAttention {
  private final MultiHead heads;
  private final int headSize; // d_h
  private final Linear projections; // W_Q, W_K and W_V side by side
  private final Linear output;
  private final Optional<RotaryPositions> rope;
  private final Optional<RelativeBias> bias;

  /**
   * From its layers.
   *
   * @param heads h and g
   * @param projections Q, K and V side by side, [(h + 2 g) d_h x d]: see {@link Linear#sideBySide}
   *     and {@link Linear#joined}
   * @param output W_O and b_O, [d x h d_h]
   * @param rope positions by turning, or none
   * @param bias positions by T5's bias, or none; where there is one, scores are not scaled
   * @throws IllegalArgumentException if the widths do not fit
   */
  public SelfAttention(
      MultiHead heads,
      Linear projections,
      Linear output,
      Optional<RotaryPositions> rope,
      Optional<RelativeBias> bias) {
    int all = heads.heads() + 2 * heads.kvHeads();
    headSize = projections.out() / all;
    Check.that(
        headSize >= 1
            && projections.out() == all * headSize
            && output.in() == heads.heads() * headSize
            && output.out() == projections.in(),
        "the projections are %d x %d and the output is %d x %d: with h = %d heads and g = %d of"
            + " keys they must be (h + 2 g) d_h x d and d x h d_h",
        projections.out(),
        projections.in(),
        output.out(),
        output.in(),
        heads.heads(),
        heads.kvHeads());
    rope.ifPresent(
        r ->
            Check.that(
                r.width() == headSize,
                "positions turn %d columns and a head has %d",
                r.width(),
                headSize));
    bias.ifPresent(
        b ->
            Check.that(
                b.heads() == heads.heads(),
                "the bias by distance is for %d heads and there are %d",
                b.heads(),
                heads.heads()));
    this.heads = heads;
    this.projections = projections;
    this.output = output;
    this.rope = rope;
    this.bias = bias;
  }

  /** d, the width of a token. */
  public int width() {
    return projections.in();
  }

  /** h and g. */
  public MultiHead heads() {
    return heads;
  }

  /** d_h, the width of a head. */
  public int headSize() {
    return headSize;
  }

  /**
   * The same weights with positions by other angles.
   *
   * @throws IllegalArgumentException if these are for heads of another width
   */
  public SelfAttention with(RotaryPositions other) {
    return new SelfAttention(heads, projections, output, Optional.of(other), bias);
  }

  /**
   * A cache for what a sequence keeps.
   *
   * @throws IllegalArgumentException if it forgets, and positions are not told by turning alone, or
   *     change with the text's length while they are places in it
   */
  LayerCache cache(Retention retention) {
    if (retention.kind() == Retention.Kind.ALL) {
      return new WholeCache(new KvCache(heads.kvHeads(), headSize, retention.capacity()));
    }
    Check.that(
        rope.isPresent() && bias.isEmpty(),
        "a sequence forgets only where positions are told by turning: this model's are not");
    boolean placed = retention.kind() == Retention.Kind.STREAMING;
    Check.that(
        placed || !rope.get().grows(),
        "a window's keys are turned once: angles that grow with the text do not fit it");
    return new ForgettingCache(
        new RollingKvCache(heads.kvHeads(), headSize, retention.sinks(), retention.window()),
        placed);
  }

  /** Weights and biases; those of a bias by distance, which layers share, are not counted. */
  public long parameters() {
    return projections.parameters() + output.parameters();
  }

  /** Bytes of the weights. */
  public long bytes() {
    return projections.bytes() + output.bytes();
  }

  /**
   * Writes the attention's output for the rows of x [n x d] to y [n x d].
   *
   * @param layer which of a span's caches is this layer's
   * @param weights takes each span's weights, one matrix a head, or is null
   */
  void apply(
      Compute compute,
      Workspace workspace,
      Matrix x,
      Span[] spans,
      int layer,
      Mask mask,
      Matrix y,
      List<List<Matrix>> weights) {
    int own = heads.heads() * headSize;
    int shared = heads.kvHeads() * headSize;
    int n = x.rows();
    Matrix qkv = workspace.get(Workspace.Slot.PROJECTIONS, n, own + 2 * shared);
    projections.apply(compute, x, qkv); // [n x (h + 2 g) d_h]
    Matrix attended = workspace.get(Workspace.Slot.ATTENDED, n, own);
    for (Span span : spans) {
      Matrix rows = qkv.rows(span.from(), span.to());
      Matrix q = rows.columns(0, own);
      Matrix k = rows.columns(own, own + shared);
      Matrix v = rows.columns(own + shared, own + 2 * shared);
      Matrix to = attended.rows(span.from(), span.to());
      LayerCache cache = span.caches().map(c -> c.get(layer)).orElse(null);
      if (cache instanceof ForgettingCache forgetting) {
        forgetting.attend(compute, heads, rope.orElseThrow(), q, k, v, to);
        continue;
      }
      if (rope.isPresent() && rope.get().grows()) {
        KvCache kept =
            cache instanceof WholeCache whole
                ? whole.kept()
                : new KvCache(heads.kvHeads(), headSize, Math.max(1, k.rows()));
        List<Matrix> all = weights == null ? null : zeros(k.rows(), kept.length() + k.rows());
        if (weights != null) {
          weights.add(all);
        }
        GrowingRope.attend(rope.get(), kept, q, k, v, to, turned(compute, mask, all));
        continue;
      }
      rope.ifPresent(r -> r.rotate(q, span.position()));
      rope.ifPresent(r -> r.rotate(k, span.position()));
      Matrix keys = k;
      Matrix values = v;
      if (cache instanceof WholeCache whole) {
        whole.kept().append(k, v);
        keys = whole.kept().keys();
        values = whole.kept().values();
      }
      if (weights != null) {
        weights.add(explain(compute.kernels(), q, keys, values, mask, to));
      } else if (bias.isPresent()) {
        biased(compute, q, keys, values, mask, to, new Matrix[heads.heads()]);
      } else {
        heads.attend(compute.attention(), compute.loop(), q, keys, values, mask, to);
      }
    }
    output.apply(compute, attended, y);
  }

  /** Attention to some of the keys, its weights written to their rows of all, or null. */
  private GrowingRope.Turned turned(Compute compute, Mask mask, List<Matrix> all) {
    return (first, queries, keys, values, into) -> {
      if (all == null) {
        heads.attend(compute.attention(), compute.loop(), queries, keys, values, mask, into);
        return;
      }
      List<Matrix> some = explain(compute.kernels(), queries, keys, values, mask, into);
      for (int t = 0; t < all.size(); t++) {
        Matrix rows = all.get(t).rows(first, first + queries.rows());
        rows.columns(0, keys.rows()).set(some.get(t));
      }
    };
  }

  /** A matrix a head. */
  private List<Matrix> zeros(int rows, int cols) {
    return Stream.generate(() -> Matrix.zeros(rows, cols)).limit(heads.heads()).toList();
  }

  private List<Matrix> explain(
      Kernels kernels, Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    if (bias.isPresent()) {
      Matrix[] weights = new Matrix[heads.heads()];
      biased(Compute.plain(kernels, Loop.sequential()), q, k, v, mask, output, weights);
      return List.of(weights);
    }
    List<Matrix> weights = new ArrayList<>();
    PlainAttention plain = new PlainAttention(kernels);
    for (int t = 0; t < heads.heads(); t++) {
      var trace =
          plain.explain(heads.queryHead(q, t), heads.keyHead(k, t), heads.keyHead(v, t), mask);
      heads.queryHead(output, t).set(trace.output());
      weights.add(trace.weights());
    }
    return weights;
  }

  /** softmax(Q Kᵀ + bias) V of every head, its weights kept in an array. */
  private void biased(
      Compute compute, Matrix q, Matrix k, Matrix v, Mask mask, Matrix to, Matrix[] weights) {
    int shift = k.rows() - q.rows();
    Kernels kernels = compute.kernels();
    compute
        .loop()
        .forEach(
            heads.heads(),
            t -> {
              Matrix s = kernels.multiplyTransposed(heads.queryHead(q, t), heads.keyHead(k, t));
              bias.get().addTo(s, t);
              for (int i = 0; i < s.rows(); i++) {
                mask.forbid(shift + i, 0, s.cols(), s.data(), s.index(i, 0));
              }
              kernels.softmaxRows(s); // [n x m]
              kernels.gemm(1, s, Op.N, heads.keyHead(v, t), Op.N, 0, heads.queryHead(to, t));
              weights[t] = s;
            });
  }
}
