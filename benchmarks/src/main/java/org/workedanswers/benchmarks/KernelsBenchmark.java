package org.workedanswers.benchmarks;

import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.nd4j.IndArrays;

/**
 * The inner loops by implementation: C = A B, C = A Bᵀ, row softmax and exp, all on [n x n], one
 * thread for {@code plain}, {@code blocked} and {@code simd}.
 *
 * <p>Pitfalls:
 *
 * <ul>
 *   <li>{@code nd4j} behind core's interface copies every operand out of Java's heap and back. What
 *       ND4J itself can do is {@link #nd4jMmul} and {@link #nd4jMmuli}, whose arrays stand outside
 *       the heap before the clock starts. {@code mmul} also allocates its result; {@code mmuli}
 *       into a result in Fortran order (column by column) is the BLAS's own and ND4J's fair form.
 *   <li>OpenBLAS takes all processors unless OMP_NUM_THREADS=1 is set; the Java loops here take
 *       one.
 *   <li>Softmax and exp write over their input, so it is copied first, in every implementation. exp
 *       reads a copy that it does not write.
 * </ul>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class KernelsBenchmark {
  private static final long SEED = 1;

  /** Operands on Java's heap, and the kernels. */
  @State(Scope.Thread)
  public static class Operands {
    /** Rows and columns of every matrix. */
    @Param({"256", "64", "1024"})
    public int n;

    /** The name of the kernels. */
    @Param({"plain", "blocked", "simd", "nd4j"})
    public String kernels;

    Kernels k;
    Matrix a;
    Matrix b;
    Matrix c;

    /** Draws the operands, and compares every result with the plain one before any is timed. */
    @Setup(Level.Trial)
    public void setUp() {
      k = KernelsChoice.named(kernels);
      SeededRandom random = new SeededRandom(SEED);
      a = random.gaussian(n, n, 1);
      b = random.gaussian(n, n, 1);
      c = Matrix.zeros(n, n);
      KernelsBenchmark benchmark = new KernelsBenchmark();
      Operands plain = new Operands();
      plain.k = PlainKernels.PLAIN;
      plain.n = n;
      plain.a = a;
      plain.b = b;
      plain.c = Matrix.zeros(n, n);
      Same.check("A B", benchmark.gemm(plain), benchmark.gemm(this), 1e-3);
      Same.check("A B^T", benchmark.gemmTransposed(plain), benchmark.gemmTransposed(this), 1e-3);
      Same.check("softmax", benchmark.softmax(plain), benchmark.softmax(this), 1e-5);
      Same.check("exp", benchmark.exp(plain), benchmark.exp(this), 1e-5);
    }
  }

  /** Operands outside of Java's heap, as ND4J keeps them. */
  @State(Scope.Thread)
  public static class Nd4jOperands {
    /** Rows and columns of every matrix. */
    @Param({"256", "64", "1024"})
    public int n;

    INDArray a;
    INDArray b;
    INDArray c;

    /** Draws the operands, and compares both products with the plain one. */
    @Setup(Level.Trial)
    public void setUp() {
      SeededRandom random = new SeededRandom(SEED);
      Matrix left = random.gaussian(n, n, 1);
      Matrix right = random.gaussian(n, n, 1);
      a = IndArrays.of(left);
      b = IndArrays.of(right);
      c = Nd4j.create(DataType.FLOAT, new long[] {n, n}, 'f');
      Matrix want = PlainKernels.PLAIN.multiply(left, right);
      KernelsBenchmark benchmark = new KernelsBenchmark();
      try (INDArray product = benchmark.nd4jMmul(this)) {
        Same.check("mmul", want, IndArrays.matrix(product), 1e-3);
      }
      Same.check("mmuli", want, IndArrays.matrix(benchmark.nd4jMmuli(this)), 1e-3);
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void tearDown() {
      a.close();
      b.close();
      c.close();
    }
  }

  /** C = A B. */
  @Benchmark
  public Matrix gemm(Operands o) {
    o.k.gemm(1, o.a, Op.N, o.b, Op.N, 0, o.c);
    return o.c;
  }

  /** C = A Bᵀ, the form of attention's scores. */
  @Benchmark
  public Matrix gemmTransposed(Operands o) {
    o.k.gemm(1, o.a, Op.N, o.b, Op.T, 0, o.c);
    return o.c;
  }

  /** Softmax of every row. */
  @Benchmark
  public Matrix softmax(Operands o) {
    o.c.set(o.a);
    o.k.softmaxRows(o.c);
    return o.c;
  }

  /** e^x of every element. */
  @Benchmark
  public Matrix exp(Operands o) {
    o.k.exp(o.n * o.n, o.a.data(), 0, o.c.data(), 0);
    return o.c;
  }

  /** ND4J's product into a new array. */
  @Benchmark
  public INDArray nd4jMmul(Nd4jOperands o) {
    return o.a.mmul(o.b);
  }

  /** ND4J's product into a result in Fortran order that is there already. */
  @Benchmark
  public INDArray nd4jMmuli(Nd4jOperands o) {
    return o.a.mmuli(o.b, o.c);
  }
}
