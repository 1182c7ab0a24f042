package org.workedanswers.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.TiledAttention;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/**
 * One head of attention, all scores at once against block by block, as it reads and at the speed of
 * the hardware, on one thread: n queries against n keys, and one query against n keys as in
 * generating with a cache.
 *
 * <p>Pitfalls:
 *
 * <ul>
 *   <li>All forms do the same multiply-adds where nothing is masked. What blocks save there is
 *       traffic: the n x n scores of the plain form leave the cache and come back three times.
 *       Compare {@code gc.alloc.rate.norm}: plain takes 4 n² bytes a call, flash its scratch, which
 *       grows by 8 bytes a query, and tiled some views, since it keeps its scratch for the next
 *       call.
 *   <li>Under a causal mask flash and tiled leave out the blocks above the diagonal, plain nothing:
 *       read that as a gain of the mask, not of the blocks.
 *   <li>A step of one query copies every block of keys to turn it, and one query makes poor use of
 *       that; there is little to gain from blocks, and the memory's speed sets the time. Tiled
 *       computes six rows for it.
 *   <li>{@code nd4j} copies every operand of every product out of Java's heap. Flash makes many
 *       small ones and tiled smaller ones, so what is timed is the copying.
 *   <li>Vector code is slow until the JIT's last tier has it: short warm-ups flatter plain kernels.
 * </ul>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class AttentionBenchmark {
  private static final long SEED = 5;

  /** A head's queries, keys and values, and all forms. */
  @State(Scope.Thread)
  public static class Head {
    /** Queries and keys. */
    @Param({"1024", "256", "4096"})
    public int n;

    /** Columns of a head, d_k = d_v. */
    @Param({"64", "128"})
    public int d;

    /** The name of the kernels. */
    @Param({"plain", "simd", "nd4j"})
    public String kernels;

    private Attention plain;
    private Attention flash;
    private Attention tiled;
    private Matrix q;
    private Matrix k;
    private Matrix v;
    private Matrix output;

    /** Makes the operands, and holds all forms against plain loops once. */
    @Setup
    public void setUp() {
      Kernels chosen = KernelsChoice.named(kernels);
      SeededRandom random = new SeededRandom(SEED);
      plain = new PlainAttention(chosen);
      flash = new FlashAttention(chosen);
      tiled = new TiledAttention(chosen);
      q = random.gaussian(n, d, 1);
      k = random.gaussian(n, d, 1);
      v = random.gaussian(n, d, 1);
      output = Matrix.zeros(n, d);
      // Some rows are enough: the reference takes the plain kernels' time for each of them.
      int some = Math.min(n, 64);
      for (Mask mask : new Mask[] {Mask.full(), Mask.causal()}) {
        Matrix last = q.rows(n - some, n);
        Matrix want = new PlainAttention(PlainKernels.PLAIN).attend(last, k, v, mask);
        Same.check("plain, " + mask, want, plain.attend(last, k, v, mask), 1e-4);
        Same.check("flash, " + mask, want, flash.attend(q, k, v, mask).rows(n - some, n), 1e-4);
        Same.check("tiled, " + mask, want, tiled.attend(q, k, v, mask).rows(n - some, n), 1e-4);
      }
    }
  }

  /** What a query may attend to. */
  @State(Scope.Thread)
  public static class Masked {
    /** All keys, or those up to its own. */
    @Param({"full", "causal"})
    public String mask;

    private Mask chosen;

    /** Finds the mask. */
    @Setup
    public void setUp() {
      chosen = mask.equals("causal") ? Mask.causal() : Mask.full();
    }
  }

  /** n queries, all scores at once. */
  @Benchmark
  public Matrix plain(Head head, Masked masked) {
    head.plain.attend(head.q, head.k, head.v, masked.chosen, head.output);
    return head.output;
  }

  /** n queries, block by block. */
  @Benchmark
  public Matrix flash(Head head, Masked masked) {
    head.flash.attend(head.q, head.k, head.v, masked.chosen, head.output);
    return head.output;
  }

  /** n queries, block by block at the speed of the hardware. */
  @Benchmark
  public Matrix tiled(Head head, Masked masked) {
    head.tiled.attend(head.q, head.k, head.v, masked.chosen, head.output);
    return head.output;
  }

  /** The newest query against n keys, all scores at once. */
  @Benchmark
  public Matrix plainStep(Head head) {
    return head.plain.attend(head.q.rows(head.n - 1, head.n), head.k, head.v, Mask.causal());
  }

  /** The newest query against n keys, block by block. */
  @Benchmark
  public Matrix flashStep(Head head) {
    return head.flash.attend(head.q.rows(head.n - 1, head.n), head.k, head.v, Mask.causal());
  }

  /** The newest query against n keys, block by block at the speed of the hardware. */
  @Benchmark
  public Matrix tiledStep(Head head) {
    return head.tiled.attend(head.q.rows(head.n - 1, head.n), head.k, head.v, Mask.causal());
  }
}
