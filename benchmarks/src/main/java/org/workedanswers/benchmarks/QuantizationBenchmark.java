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
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.BlockMatrix;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.Grouping;
import org.workedanswers.quantization.IntFormat;
import org.workedanswers.quantization.Nf4;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * y = W x for a matrix in several formats, and quantising one, on one thread.
 *
 * <p>{@code FP32} is the matrix product with one row. {@code Q8_0}, {@code Q4_0} and {@code NF4}
 * widen a few rows at a time; {@code INT8} (a scale a row) multiplies floats with bytes; {@code
 * Q8_0xQ8} and {@code Q4_0xQ8} quantise x and sum whole numbers, as llama.cpp does; {@code
 * repacked} does so with 32 rows side by side.
 *
 * <p>Pitfalls:
 *
 * <ul>
 *   <li>A product with one vector reads each weight once. What a format can gain at most is the
 *       ratio of bytes, and only while W does not fit the cache: 4096 x 4096 is 64 MiB in FP32, 512
 *       x 512 is 1 MiB, where fewer bytes gain nothing and unpacking costs the same.
 *   <li>The formats do not compute the same y: each is held against plain kernels on its own
 *       weights, once, before it is timed.
 *   <li>Kernels of bytes can be slower where the JIT has compiled other vector code before: {@code
 *       othersBefore} runs some in the same JVM first.
 *   <li>Quantising is done once for a model; it is timed to be compared by format, not with the
 *       products.
 * </ul>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class QuantizationBenchmark {
  private static final long SEED = 13;
  private static final String FP32 = "FP32";
  private static final String REPACKED = " repacked";

  private static Format format(String name) {
    return switch (name) {
      case "INT8" -> IntFormat.absmax(8, Grouping.ROW, IntFormat.ScaleType.FP32);
      case "NF4" -> Nf4.qlora();
      default -> GgufType.valueOf(name.replace("xQ8", "").replace(REPACKED, ""));
    };
  }

  /** A matrix in one form, and a vector. */
  @State(Scope.Thread)
  public static class Product {
    /** Rows and columns of W. */
    @Param({"4096", "512"})
    public int n;

    /** The format of W, and of x where it is quantised too. */
    @Param({
      "FP32",
      "INT8",
      "Q8_0",
      "Q8_0xQ8",
      "Q8_0 repacked",
      "Q4_0",
      "Q4_0xQ8",
      "Q4_0 repacked",
      "NF4"
    })
    public String form;

    /** The name of the kernels. */
    @Param({"plain", "simd"})
    public String kernels;

    /** How often other kernels ran before in the same JVM. */
    @Param({"0", "2000"})
    public int othersBefore;

    private Kernels k;
    private Matrix wide;
    private QuantizedMatrix w;
    private Matrix x;
    private Matrix y;

    /** Draws and quantises, and compares with plain before anything is timed. */
    @Setup(Level.Trial)
    public void setUp() {
      SeededRandom random = new SeededRandom(SEED);
      wide = random.uniform(n, n, -1, 1);
      x = random.gaussian(1, n, 1 / Math.sqrt(n)); // y is about 1
      y = Matrix.zeros(1, n);
      if (!form.equals(FP32)) {
        w = format(form).quantize(wide);
        wide = null;
        if (form.endsWith(REPACKED)) {
          w = ((GgufMatrix) w).repacked();
        }
      }
      k = PlainKernels.PLAIN;
      Matrix expected = multiply().copy();
      k = KernelsChoice.named(kernels);
      Same.check(form + " by " + kernels, expected, multiply(), 1e-4);
      runOtherKernels();
    }

    private void runOtherKernels() {
      Matrix a = new SeededRandom(SEED).gaussian(200, 200, 1);
      Matrix b = a.copy();
      byte[] codes = new byte[4096];
      for (int i = 0; i < othersBefore; i++) {
        k.gemm(1, a, i % 2 == 0 ? Op.N : Op.T, a, i % 3 == 0 ? Op.N : Op.T, 0, b);
        k.softmaxRows(b);
        k.dotFloatInt8(codes.length, a.data(), 0, codes, 0);
        GgufType.Q4_0.quantize(k, Loop.sequential(), b.columns(0, 192));
      }
    }

    Matrix multiply() {
      if (w == null) {
        k.gemm(1, x, Op.N, wide, Op.T, 0, y);
      } else if (form.endsWith("xQ8") || form.endsWith(REPACKED)) {
        ((BlockMatrix) w).multiplyTransposedQ8(k, Loop.sequential(), x, y);
      } else {
        w.multiplyTransposed(k, Loop.sequential(), x, y);
      }
      return y;
    }
  }

  /** A matrix to quantise. */
  @State(Scope.Thread)
  public static class Weights {
    /** Where the matrix goes. */
    @Param({"Q8_0", "Q4_0", "NF4"})
    public String to;

    /** The name of the kernels. */
    @Param({"plain", "simd"})
    public String kernels;

    private Kernels k;
    private Matrix wide;

    /** 1024 x 1024 weights. */
    @Setup(Level.Trial)
    public void setUp() {
      k = KernelsChoice.named(kernels);
      wide = new SeededRandom(SEED).gaussian(1024, 1024, 1);
    }
  }

  /** y = W x. */
  @Benchmark
  public Matrix multiply(Product product) {
    return product.multiply();
  }

  /** Quantising 1024 x 1024 weights. */
  @Benchmark
  public QuantizedMatrix quantize(Weights weights) {
    return format(weights.to) instanceof GgufType type
        ? type.quantize(weights.k, Loop.sequential(), weights.wide)
        : format(weights.to).quantize(weights.wide);
  }
}
