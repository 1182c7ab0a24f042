package org.workedanswers.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * {@link Attention} by blocks with an online softmax: the same result, and the n x m scores are
 * never held.
 *
 * <p>Keys and values are taken B_c at a time, queries B_r at a time. For each query two numbers are
 * kept: m, the largest score so far, and ℓ, the sum of e^(score - m) so far. When a block raises m,
 * what was gathered before is worth less by the factor α:
 *
 * <pre>
 * S  = Q_i K_jᵀ · scale        [B_r x B_c]
 * m' = max(m, rowmax(S))       [B_r]
 * P  = e^(S - m')              [B_r x B_c]
 * α  = e^(m - m')              [B_r]
 * ℓ  ← α ℓ + rowsum(P)         [B_r]
 * O_i ← α O_i + P V_j          [B_r x d_v]
 * </pre>
 *
 * and at the end O is divided by ℓ. Source: Dao et al., <i>FlashAttention: Fast and
 * Memory-Efficient Exact Attention with IO-Awareness</i>, 2022, Algorithm 1, whose order of loops
 * this is (keys outside, queries inside, m and ℓ of all queries at hand); the one division at the
 * end is that of Dao, <i>FlashAttention-2</i>, 2023, section 3.1.
 *
 * <p>A block that the mask leaves empty costs nothing. The sums run over whole blocks that begin at
 * multiples of B_c, the last one filled up with zeros, so that their order depends neither on how
 * many keys there are nor on which other queries there are.
 */
public final class FlashAttention implements Attention {
  /** B_r and B_c where a caller names none. */
  public static final int DEFAULT_BLOCK = 64;

  private final Kernels kernels;
  private final Scale scale;
  private final int queryBlock;
  private final int keyBlock;

  /** Scaled by 1/√d_k, with blocks of {@value #DEFAULT_BLOCK} x {@value #DEFAULT_BLOCK}. */
  public FlashAttention(Kernels kernels) {
    this(kernels, Scale.INVERSE_ROOT, DEFAULT_BLOCK, DEFAULT_BLOCK);
  }

  /**
   * With a scale and blocks of the caller's choice. Another {@code keyBlock} sums in another order;
   * another {@code queryBlock} gives the same bits.
   *
   * @throws IllegalArgumentException if a block is empty
   */
  public FlashAttention(Kernels kernels, Scale scale, int queryBlock, int keyBlock) {
    this.kernels = kernels;
    this.scale = scale;
    this.queryBlock = Check.positive("queryBlock", queryBlock);
    this.keyBlock = Check.positive("keyBlock", keyBlock);
  }

  @Override
  public String name() {
    return "flash";
  }

  /**
   * {@inheritDoc} Here m and ℓ of each query, and one block each of K, S and V: beyond {@code
   * queryBlock} queries it grows by 8 bytes a query and by nothing else.
   */
  @Override
  public long scratchBytes(int n, int m, int dk, int dv) {
    long floats = 2L * n; // m, ℓ
    floats += (long) dk * keyBlock; // K_jᵀ
    floats += (long) Math.min(queryBlock, n) * keyBlock; // S, then P
    floats += m % keyBlock == 0 ? 0 : (long) keyBlock * dv; // the last V_j
    floats += keyBlock; // ones
    return Float.BYTES * floats;
  }

  @Override
  public Counts attend(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    Attention.checkShapes(q, k, v, mask, output);
    return new Run(q, k, v, mask, output, null).attend();
  }

  /** The same told step by step: one for each pair of blocks that the mask leaves not empty. */
  public List<FlashStep> explain(Matrix q, Matrix k, Matrix v, Mask mask) {
    Matrix output = Matrix.zeros(q.rows(), v.cols());
    Attention.checkShapes(q, k, v, mask, output);
    List<FlashStep> steps = new ArrayList<>();
    new Run(q, k, v, mask, output, steps).attend();
    return steps;
  }

  /** One call: its operands, its scratch, its counts. */
  private final class Run {
    private final Matrix q;
    private final Matrix k;
    private final Matrix v;
    private final Mask mask;
    private final Matrix output;
    private final List<FlashStep> steps; // null if nobody asked
    private final int shift; // from a query's index to its position
    private final float factor; // the scale

    private final float[] max; // m        [n]
    private final float[] sum; // ℓ        [n]
    private final Matrix keysT; // K_jᵀ     [d_k x B_c]
    private final Matrix s; // S, then P [B_r x B_c]
    private final Matrix lastS; // its first rows, for the last queries
    private final Matrix lastValues; // V_j      [B_c x d_v], where fewer than B_c are left
    private final float[] ones; //          [B_c]
    private final Matrix[] queries; // Q_i      [B_r x d_k], views
    private final Matrix[] outputs; // O_i      [B_r x d_v], views

    private long multiplyAdds;
    private long scored;
    private long attended;

    Run(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output, List<FlashStep> steps) {
      int n = q.rows();
      int m = k.rows();
      this.q = q;
      this.k = k;
      this.v = v;
      this.mask = mask;
      this.output = output;
      this.steps = steps;
      shift = m - n;
      factor = scale.of(q.cols());
      max = new float[n];
      sum = new float[n];
      keysT = Matrix.zeros(q.cols(), keyBlock);
      s = Matrix.zeros(Math.min(queryBlock, n), keyBlock);
      lastS = s.rows(0, n % queryBlock);
      lastValues = Matrix.zeros(m % keyBlock == 0 ? 0 : keyBlock, v.cols());
      ones = new float[keyBlock];
      queries = rowBlocks(q);
      outputs = rowBlocks(output);
    }

    private Matrix[] rowBlocks(Matrix x) {
      Matrix[] blocks = new Matrix[(int) (((long) x.rows() + queryBlock - 1) / queryBlock)];
      for (int b = 0; b < blocks.length; b++) {
        int from = b * queryBlock;
        blocks[b] = x.rows(from, from + Math.min(queryBlock, x.rows() - from));
      }
      return blocks;
    }

    Counts attend() {
      int m = k.rows();
      Arrays.fill(max, Float.NEGATIVE_INFINITY);
      Arrays.fill(ones, 1);
      output.fill(0);
      for (int j0 = 0, width; j0 < m && queries.length > 0; j0 += width) {
        width = Math.min(keyBlock, m - j0);
        transposeKeys(j0, width);
        visit(0, queries.length, j0, j0 + width, values(j0, width));
      }
      divideBySums();
      RowByRow.mend(kernels, factor, shift, q, k, v, mask, output);
      long floats = (long) max.length + sum.length + ones.length;
      floats += (long) keysT.data().length + s.data().length + lastValues.data().length;
      return new Counts(multiplyAdds, scored, attended, Float.BYTES * floats);
    }

    /**
     * K_jᵀ [d_k x B_c]: a product with it runs along rows. Beyond the last key the columns are not
     * used.
     */
    private void transposeKeys(int j0, int width) {
      float[] t = keysT.data();
      for (int j = 0; j < width; j++) {
        int from = k.index(j0 + j, 0);
        for (int c = 0, to = j; c < k.cols(); c++, to += keyBlock) {
          t[to] = k.data()[from + c];
        }
      }
    }

    /** V_j [B_c x d_v]: a view of the values, or a copy with zeros where they have ended. */
    private Matrix values(int j0, int width) {
      Matrix block = v.rows(j0, j0 + width);
      if (width == keyBlock) {
        return block;
      }
      lastValues.rows(0, width).set(block);
      return lastValues;
    }

    /**
     * Runs the blocks of queries b0..b1-1 against one block of keys. They are halved until one is
     * left, so that a narrow band costs no look at each block that it leaves out.
     */
    private void visit(int b0, int b1, int j0, int j1, Matrix vj) {
      int i0 = b0 * queryBlock;
      int i1 = (b1 - 1) * queryBlock + queries[b1 - 1].rows();
      Mask.Cover cover = mask.cover(shift + i0, shift + i1, j0, j1);
      if (cover == Mask.Cover.NONE) {
        return;
      }
      if (b1 - b0 > 1) {
        int middle = (b0 + b1) >>> 1;
        visit(b0, middle, j0, j1, vj);
        visit(middle, b1, j0, j1, vj);
        return;
      }
      block(b0, j0, j1, cover, vj);
      if (steps != null) {
        steps.add(
            new FlashStep(
                i0,
                i1,
                j0,
                j1,
                cover,
                Arrays.copyOfRange(max, i0, i1),
                Arrays.copyOfRange(sum, i0, i1),
                outputs[b0].copy()));
      }
    }

    private void block(int b, int j0, int j1, Mask.Cover cover, Matrix vj) {
      Matrix qi = queries[b];
      Matrix oi = outputs[b];
      Matrix p = qi.rows() == s.rows() ? s : lastS;
      kernels.gemm(1, qi, Op.N, keysT, Op.N, 0, p); // S = Q_i K_jᵀ   [B_r x B_c]
      for (int r = 0; r < qi.rows(); r++) {
        int i = b * queryBlock + r;
        scaleAndMask(p.index(r, 0), shift + i, j0, j1, cover);
        online(i, p.index(r, 0), oi.index(r, 0));
      }
      // All rows at once: a call for each is lost to the JIT, which then allocates its vectors.
      kernels.exp(qi.rows() * keyBlock, p.data(), 0, p.data(), 0); // P = e^(S - m)
      for (int r = 0; r < qi.rows(); r++) {
        sum[b * queryBlock + r] += kernels.dot(keyBlock, p.data(), p.index(r, 0), ones, 0);
      }
      kernels.gemm(1, p, Op.N, vj, Op.N, 1, oi); // O_i += P V_j   [B_r x d_v]
      scored += (long) qi.rows() * (j1 - j0);
      multiplyAdds += (long) qi.rows() * keyBlock * (qi.cols() + vj.cols());
    }

    /** One row of S, times the scale, and -∞ where the mask or the end of the keys forbids it. */
    private void scaleAndMask(int at, int position, int j0, int j1, Mask.Cover cover) {
      float[] x = s.data();
      int width = j1 - j0;
      for (int j = 0; j < width; j++) {
        x[at + j] *= factor;
      }
      Arrays.fill(x, at + width, at + keyBlock, Float.NEGATIVE_INFINITY);
      attended += cover == Mask.Cover.ALL ? width : mask.forbid(position, j0, j1, x, at);
    }

    /** One row of S becomes S - m; what its query has gathered so far is brought down by α. */
    private void online(int i, int at, int o) {
      float[] x = s.data();
      float m = max[i];
      for (int j = 0; j < keyBlock; j++) {
        m = Math.max(m, x[at + j]); // NaN if any score is
      }
      if (m == Float.NEGATIVE_INFINITY) {
        return; // nothing to attend to so far: the row stays -∞, and e^-∞ = 0
      }
      for (int j = 0; j < keyBlock; j++) {
        x[at + j] -= m;
      }
      if (m == max[i]) {
        return; // α = 1
      }
      float alpha = (float) Math.exp(max[i] - m);
      max[i] = m;
      sum[i] *= alpha;
      for (int c = 0; c < output.cols(); c++) {
        output.data()[o + c] *= alpha;
      }
    }

    private void divideBySums() {
      for (int i = 0; i < output.rows(); i++) {
        if (max[i] == Float.NEGATIVE_INFINITY) {
          continue; // nothing to attend to: zeros
        }
        for (int c = 0; c < output.cols(); c++) {
          output.data()[output.index(i, c)] /= sum[i];
        }
      }
    }
  }
}
