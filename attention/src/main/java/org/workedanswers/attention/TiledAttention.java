package org.workedanswers.attention;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * {@link FlashAttention} at the speed of the hardware: the same blocks and the same online softmax
 * with its loops turned round, so that a block of queries keeps m, ℓ and O at hand while all keys
 * pass.
 *
 * <pre>
 * for each block of queries:       Q_i, times the scale          [B_r x d_k]
 *   for each block of keys:        K_jᵀ and V_j, packed          [d_k x B_c], [B_c x d_v]
 *     S = Q_i K_jᵀ                                               [B_r x B_c]
 *     S → P, and m, ℓ, α           {@link Kernels#onlineSoftmax}
 *     O_i ← α O_i + P V_j                                        [B_r x d_v]
 *   output_i = O_i / ℓ
 * </pre>
 *
 * Source: Dao, <i>FlashAttention-2: Faster Attention with Better Parallelism and Work
 * Partitioning</i>, 2023, Algorithm 1; section 3.2 for the blocks of queries shared out over
 * threads, so that one head alone uses them all.
 *
 * <p>Keys and values are copied together for the products ({@link org.workedanswers.core.Packed}),
 * by each thread for itself, a block when it is first asked for. What the mask leaves empty costs
 * nothing, in steps of a panel of keys. Blocks begin at multiples of B_c and leave out zeros alone,
 * so the order of sums depends neither on how many keys there are nor on which other queries.
 *
 * <p>The scratch of a call is kept for the next one: what the largest call took, for each thread
 * that ran at a time, until a call has other widths. So hold on to the object; many threads may use
 * it. Beside its scratch a call allocates views alone, some hundred bytes a block of queries.
 */
public final class TiledAttention implements Attention {
  /**
   * B_r: eight groups of the six rows that the vector kernels take; with four, keys came slower.
   */
  static final int QUERY_BLOCK = 48;

  /** B_c, at least: it is whole panels. For d = 64 S takes 96 KiB and K_jᵀ and V_j 128 KiB each. */
  static final int KEY_BLOCK = 512;

  private static final MultiHead ONE_HEAD = new MultiHead(1);

  private final Kernels kernels;
  private final Scale scale;
  private final AtomicLong calls = new AtomicLong();
  private final Deque<TileScratch> idle = new ArrayDeque<>(); // guarded by itself

  /** Scaled by 1/√d_k. */
  public TiledAttention(Kernels kernels) {
    this(kernels, Scale.INVERSE_ROOT);
  }

  /** With a scale of the caller's choice. */
  public TiledAttention(Kernels kernels, Scale scale) {
    this.kernels = kernels;
    this.scale = scale;
  }

  @Override
  public String name() {
    return "tiled";
  }

  /**
   * {@inheritDoc} Here the packed keys and values, {@code 4 (d_k + d_v)} bytes a key with m and d_v
   * rounded up to whole blocks and panels, and one block each of Q, S and O. Each thread takes as
   * much.
   */
  @Override
  public long scratchBytes(int n, int m, int dk, int dv) {
    return n == 0 ? 0 : shape(dk, dv).bytes(m);
  }

  private TileScratch.Shape shape(int dk, int dv) {
    int panel = kernels.panelWidth();
    int keyBlock = (KEY_BLOCK + panel - 1) / panel * panel;
    return new TileScratch.Shape(QUERY_BLOCK, keyBlock, panel, dk, dv);
  }

  @Override
  public Counts attend(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    return attend(ONE_HEAD, Loop.sequential(), q, k, v, mask, output);
  }

  /** {@inheritDoc} Here heads and blocks of queries are shared out together. */
  @Override
  public Counts attend(
      MultiHead heads, Loop loop, Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    heads.checkWidths(q, k, v, output);
    Run run = new Run(heads, q, k, v, mask, output);
    loop.ranges(heads.heads() * run.blocks, run::blocks);
    return run.counts();
  }

  private TileScratch take(TileScratch.Shape shape) {
    synchronized (idle) {
      TileScratch scratch = idle.pollLast();
      return scratch == null || !scratch.shape.equals(shape) ? new TileScratch(shape) : scratch;
    }
  }

  private void giveBack(TileScratch scratch) {
    synchronized (idle) {
      idle.addLast(scratch);
    }
  }

  /** One call. */
  private final class Run {
    private final long call = calls.getAndIncrement();
    private final MultiHead heads;
    private final Matrix[] q; // of each head  [n x d_k]
    private final Matrix[] k; //               [m x d_k]
    private final Matrix[] v; //               [m x d_v]
    private final Matrix[] output; //          [n x d_v]
    private final Mask mask;
    private final int n;
    private final int m;
    private final int blocks; // of queries, in a head
    private final float factor; // the scale
    private final TileScratch.Shape shape;

    private final AtomicLong multiplyAdds = new AtomicLong();
    private final AtomicLong scored = new AtomicLong();
    private final AtomicLong attended = new AtomicLong();

    Run(MultiHead heads, Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
      this.heads = heads;
      this.q = new Matrix[heads.heads()];
      this.k = new Matrix[heads.heads()];
      this.v = new Matrix[heads.heads()];
      this.output = new Matrix[heads.heads()];
      for (int t = 0; t < heads.heads(); t++) {
        this.q[t] = heads.queryHead(q, t);
        this.k[t] = heads.keyHead(k, t);
        this.v[t] = heads.keyHead(v, t);
        this.output[t] = heads.queryHead(output, t);
      }
      Attention.checkShapes(this.q[0], this.k[0], this.v[0], mask, this.output[0]);
      this.mask = mask;
      n = q.rows();
      m = k.rows();
      blocks = (int) (((long) n + QUERY_BLOCK - 1) / QUERY_BLOCK);
      shape = shape(this.q[0].cols(), this.v[0].cols());
      factor = scale.of(shape.dk());
    }

    /** The blocks from..to-1 of all heads' blocks of queries, the first head's first. */
    void blocks(int from, int to) {
      TileScratch scratch = take(shape);
      for (int b = from; b < to; b++) {
        int head = b / blocks;
        scratch.begin(call, head / (heads.heads() / heads.kvHeads()), m);
        new Block(this, head, b % blocks * QUERY_BLOCK, scratch).attend();
      }
      giveBack(scratch);
    }

    Counts counts() {
      return new Counts(
          multiplyAdds.get(), scored.get(), attended.get(), blocks == 0 ? 0 : shape.bytes(m));
    }
  }

  /** One block of queries of one head. */
  private final class Block {
    private final Run run;
    private final TileScratch scratch;
    private final Matrix q; // [B_r x d_k]
    private final Matrix k; // [m x d_k]
    private final Matrix v; // [m x d_v]
    private final Matrix output; // [B_r x d_v]
    private final Matrix qi; // q, times the scale
    private final Matrix oi; // [B_r x d_v in whole panels]
    private final int rows;
    private final int position; // of the first query

    private long multiplyAdds;
    private long scored;
    private long attended;

    Block(Run run, int head, int i0, TileScratch scratch) {
      this.run = run;
      this.scratch = scratch;
      rows = Math.min(QUERY_BLOCK, run.n - i0);
      position = run.m - run.n + i0;
      q = run.q[head].rows(i0, i0 + rows);
      k = run.k[head];
      v = run.v[head];
      output = run.output[head].rows(i0, i0 + rows);
      qi = scratch.queries.rows(0, rows);
      oi = scratch.o.rows(0, rows);
    }

    void attend() {
      qi.set(q);
      for (int i = 0; i < rows; i++) {
        multiply(qi, i, run.factor);
      }
      oi.fill(0);
      Arrays.fill(scratch.max, Float.NEGATIVE_INFINITY);
      Arrays.fill(scratch.sum, 0);
      visit(0, run.shape.keyBlocks(run.m));
      for (int i = 0; i < rows; i++) {
        // Nothing to attend to gives zeros.
        multiply(oi, i, scratch.max[i] == Float.NEGATIVE_INFINITY ? 0 : 1 / scratch.sum[i]);
      }
      output.set(oi.columns(0, v.cols()));
      RowByRow.mend(kernels, run.factor, position, q, k, v, run.mask, output);
      run.multiplyAdds.addAndGet(multiplyAdds);
      run.scored.addAndGet(scored);
      run.attended.addAndGet(attended);
    }

    private Mask.Cover cover(int j0, int j1) {
      return run.mask.cover(position, position + rows, j0, j1);
    }

    /**
     * Runs the blocks of keys b0..b1-1. They are halved until one is left, so that a narrow band
     * costs no look at each block that it leaves out.
     */
    private void visit(int b0, int b1) {
      if (b0 == b1) {
        return;
      }
      int j0 = b0 * run.shape.keyBlock();
      int j1 = (int) Math.min(run.m, (long) b1 * run.shape.keyBlock());
      Mask.Cover cover = cover(j0, j1);
      if (cover == Mask.Cover.NONE) {
        return;
      }
      if (b1 - b0 > 1) {
        int middle = (b0 + b1) >>> 1;
        visit(b0, middle);
        visit(middle, b1);
        return;
      }
      int panel = run.shape.panel();
      int from = j0;
      int to = j1;
      if (cover == Mask.Cover.SOME) {
        while (from < to && cover(from, Math.min(to, from + panel)) == Mask.Cover.NONE) {
          from += panel;
        }
        while (from < to && cover(lastPanel(from, to), to) == Mask.Cover.NONE) {
          to = lastPanel(from, to);
        }
      }
      if (from < to) {
        block(b0, from, to, cover);
      }
    }

    /** Where the last panel begins, of those that begin at {@code from} and end with {@code to}. */
    private int lastPanel(int from, int to) {
      return to - 1 - (to - 1 - from) % run.shape.panel();
    }

    /** The keys from..to-1 of block j, beginning with a panel. */
    private void block(int j, int from, int to, Mask.Cover cover) {
      scratch.pack(j, k, v);
      int panels = (to - from + run.shape.panel() - 1) / run.shape.panel();
      int first = from - j * run.shape.keyBlock();
      Matrix s = scratch.scores(rows, panels);
      kernels.gemm(qi, scratch.keys(j), 0, first, false, s); // S = Q_i K_jᵀ
      for (int i = 0; i < rows; i++) {
        mask(i, from, to, cover, s);
      }
      kernels.onlineSoftmax(s, scratch.max, scratch.sum, scratch.alpha); // P = e^(S - m)
      for (int i = 0; i < rows; i++) {
        if (scratch.alpha[i] != 1) {
          multiply(oi, i, scratch.alpha[i]);
        }
      }
      kernels.gemm(s, scratch.values(j), first, 0, true, oi); // O_i += P V_j
      scored += (long) rows * (to - from);
      multiplyAdds += (long) rows * s.cols() * (q.cols() + oi.cols());
    }

    /** -∞ where the mask or the end of the keys forbids row i of S. */
    private void mask(int i, int from, int to, Mask.Cover cover, Matrix s) {
      int width = to - from;
      int at = s.index(i, 0);
      attended +=
          cover == Mask.Cover.ALL ? width : run.mask.forbid(position + i, from, to, s.data(), at);
      Arrays.fill(s.data(), at + width, at + s.cols(), Float.NEGATIVE_INFINITY);
    }
  }

  /** Row i of x, times the factor, in place: the JIT turns no other form into vector code. */
  private static void multiply(Matrix x, int i, float factor) {
    float[] data = x.data();
    int end = x.index(i, x.cols());
    for (int at = x.index(i, 0); at < end; at++) {
      data[at] *= factor;
    }
  }
}
