package org.workedanswers.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.workedanswers.core.Adam;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.FrozenLinear;
import org.workedanswers.lora.LoraLinear;
import org.workedanswers.quantization.Nf4;

/**
 * A linear layer of 1536 x 384 (d_out x d_in) bare, with an adapter merged, and with it beside the
 * weight; the same on a base in NF4; and one training step of the adapter and of all of W. One
 * thread.
 *
 * <p>By count, for each token: bare and merged take d_in · d_out multiply-adds, the adapter beside
 * the weight r (d_in + d_out) more: 5 % at r = 16. A step of the adapter takes the forward pass and
 * about twice the adapter's own; a step of all of W takes the forward pass twice.
 *
 * <p>Pitfalls:
 *
 * <ul>
 *   <li>{@link #bare} and {@link #merged} are the same product over another array: where their
 *       times differ, that is the noise of this machine, and no other difference below it counts.
 *   <li>The count does not tell what a narrow product costs. One side of the adapter's products is
 *       only r long, too short for the forms that make the wide product fast: the adapter beside
 *       the weight takes more than its share of multiply-adds.
 *   <li>A base in NF4 is widened anew, eight rows at a time, at every call. With one token that is
 *       most of the time; with many it is shared among them.
 *   <li>{@link #stepOfAdapter} computes x Wᵀ too, as a model must, whose inputs change. Where they
 *       do not, {@link org.workedanswers.lora.Fit} computes it once.
 *   <li>Steps go on from where the last one ended; a step costs the same wherever it begins.
 * </ul>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class LoraBenchmark {
  private static final int D_OUT = 1536;
  private static final int D_IN = 384;
  private static final Loop ONE = Loop.sequential();

  /** The layer without adapters. */
  @State(Scope.Thread)
  public static class Layer {
    /** Rows of x: 1 as in generating, many as in training. */
    @Param({"64", "1"})
    public int tokens;

    /** The name of the kernels. */
    @Param({"plain", "simd", "nd4j"})
    public String kernels;

    Kernels k;
    Matrix w;
    Matrix x;
    Matrix y;
    Matrix target;
    Matrix trained; // a copy of W
    Matrix dw;
    Adam adam;

    /** Draws the layer, and compares its output with the plain one. */
    @Setup(Level.Trial)
    public void setUp() {
      k = KernelsChoice.named(kernels);
      SeededRandom random = new SeededRandom(9);
      w = random.gaussian(D_OUT, D_IN, 1 / Math.sqrt(D_IN));
      x = random.gaussian(tokens, D_IN, 1);
      target = random.gaussian(tokens, D_OUT, 1);
      y = Matrix.zeros(tokens, D_OUT);
      trained = w.copy();
      dw = Matrix.zeros(D_OUT, D_IN);
      adam = new Adam(D_OUT, D_IN, 1e-4);
      Matrix want = PlainKernels.PLAIN.multiplyTransposed(x, w);
      Same.check("bare", want, new LoraBenchmark().bare(this), 1e-4);
    }
  }

  /** The layer with an adapter. */
  @State(Scope.Thread)
  public static class Adapted {
    /** r. */
    @Param({"16", "64", "4"})
    public int rank;

    LoraLinear beside;
    LoraLinear merged;
    LoraLinear besideNf4;
    Adapter adapter;
    Adapter learner;
    Adam adamA;
    Adam adamB;

    /** Draws the adapter, and compares every form with the plain one before any is timed. */
    @Setup(Level.Trial)
    public void setUp(Layer l) {
      SeededRandom random = new SeededRandom(10);
      adapter =
          new Adapter(
              random.gaussian(rank, D_IN, 1 / Math.sqrt(D_IN)),
              random.gaussian(D_OUT, rank, 1 / Math.sqrt(rank)),
              2.0 * rank);
      learner = new Adapter(adapter.a().copy(), adapter.b().copy(), adapter.alpha());
      adamA = new Adam(rank, D_IN, 1e-4);
      adamB = new Adam(D_OUT, rank, 1e-4);
      beside = new LoraLinear(l.w).add("task", adapter).use("task");
      merged = new LoraLinear(l.w).add("task", adapter).use("task");
      merged.merge(l.k, ONE);
      FrozenLinear nf4 = FrozenLinear.of(Nf4.qlora().quantize(l.w));
      besideNf4 = new LoraLinear(nf4).add("task", adapter).use("task");
      LoraBenchmark benchmark = new LoraBenchmark();
      Matrix want = Matrix.zeros(l.tokens, D_OUT);
      beside.forward(PlainKernels.PLAIN, ONE, l.x, want);
      Same.check("beside", want, benchmark.beside(l, this), 1e-3);
      Same.check("merged", want, benchmark.merged(l, this), 1e-3);
      besideNf4.forward(PlainKernels.PLAIN, ONE, l.x, want);
      Same.check("beside, NF4", want, benchmark.besideNf4(l, this), 1e-3);
      Adapter.Gradients gradients = adapter.gradients(PlainKernels.PLAIN, ONE, l.x, l.target);
      Adapter.Gradients got = adapter.gradients(l.k, ONE, l.x, l.target);
      Same.check("dA", gradients.a(), got.a(), 1e-3);
      Same.check("dB", gradients.b(), got.b(), 1e-3);
    }
  }

  /** y = x Wᵀ. */
  @Benchmark
  public Matrix bare(Layer l) {
    l.k.gemm(1, l.x, Op.N, l.w, Op.T, 0, l.y);
    return l.y;
  }

  /** y = x W'ᵀ. */
  @Benchmark
  public Matrix merged(Layer l, Adapted a) {
    a.merged.forward(l.k, ONE, l.x, l.y);
    return l.y;
  }

  /** y = x Wᵀ + s (x Aᵀ) Bᵀ. */
  @Benchmark
  public Matrix beside(Layer l, Adapted a) {
    a.beside.forward(l.k, ONE, l.x, l.y);
    return l.y;
  }

  /** y = x Ŵᵀ + s (x Aᵀ) Bᵀ, QLoRA's forward. */
  @Benchmark
  public Matrix besideNf4(Layer l, Adapted a) {
    a.besideNf4.forward(l.k, ONE, l.x, l.y);
    return l.y;
  }

  /** Forward, gradients of A and B, a step of Adam. */
  @Benchmark
  public Matrix stepOfAdapter(Layer l, Adapted a) {
    l.k.gemm(1, l.x, Op.N, l.w, Op.T, 0, l.y);
    a.learner.addTo(l.k, ONE, l.x, l.y);
    outputGradient(l);
    Adapter.Gradients gradients = a.learner.gradients(l.k, ONE, l.x, l.y);
    a.adamA.step(a.learner.a(), gradients.a());
    a.adamB.step(a.learner.b(), gradients.b());
    return a.learner.b();
  }

  /** Forward, gradient of W, a step of Adam: full fine-tuning. */
  @Benchmark
  public Matrix stepOfAllWeights(Layer l) {
    l.k.gemm(1, l.x, Op.N, l.trained, Op.T, 0, l.y);
    outputGradient(l);
    l.k.gemm(1, l.y, Op.T, l.x, Op.N, 0, l.dw);
    l.adam.step(l.trained, l.dw);
    return l.trained;
  }

  /** dy = (y - y*) / n, over y. */
  private static void outputGradient(Layer l) {
    for (int i = 0; i < l.y.data().length; i++) {
      l.y.data()[i] = (l.y.data()[i] - l.target.data()[i]) / l.tokens;
    }
  }
}
