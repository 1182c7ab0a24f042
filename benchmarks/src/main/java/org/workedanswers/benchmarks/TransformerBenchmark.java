package org.workedanswers.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.Initial;
import org.workedanswers.transformer.Sequence;
import org.workedanswers.transformer.TransformerConfig;

/**
 * Whole transformers on one thread: an encoder of all-MiniLM-L6-v2's sizes reads an input, a
 * decoder of {@link RandomDecoder}'s layers writes a token. Weights are random: a pass takes as
 * long with any.
 *
 * <p>Pitfalls. A short input reads all weights for few tokens, so memory counts for more there; a
 * decoder's token is almost nothing but that. Two layers of the decoder are larger than most second
 * caches but may fit a large third one; {@code ./study bench --peers decoder} takes six. Its
 * sequence begins anew when it is full, so the cost is that of half a context on the mean. The
 * result is returned, so the JIT can't leave anything out.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class TransformerBenchmark {
  private static final int LAYERS = 2;

  /** Of vectors and logits, whose deviation is about 1. */
  private static final double TOLERANCE = 1e-3;

  /** An input and its encoder. */
  @State(Scope.Thread)
  public static class Input {
    /** Tokens of the input. */
    @Param({"32", "128", "512"})
    public int tokens;

    /** Whose products. */
    @Param({"plain", "simd", "blocked"})
    public String kernels;

    private Encoder encoder;
    private Compute compute;
    private int[] ids;

    /** Makes the encoder and holds its output against plain kernels' on a few tokens. */
    @Setup
    public void setup() {
      SeededRandom random = new SeededRandom(18);
      encoder = Initial.encoder(TransformerConfig.bert(ModelShape.MINILM_L6), random);
      compute = compute(kernels);
      int vocabulary = ModelShape.MINILM_L6.embedding().vocabulary();
      ids = IntStream.range(0, tokens).map(i -> random.below(vocabulary)).toArray();
      int[] few = {101, 7, 8, 9, 102};
      Compute plain = Compute.plain(PlainKernels.PLAIN, Loop.sequential());
      Same.check(
          "the encoder", encoder.encode(plain, few), encoder.encode(compute, few), TOLERANCE);
    }
  }

  /** A sequence that a decoder continues. */
  @State(Scope.Thread)
  public static class Text {
    /** The format of the matrices. */
    @Param({"Q8_0", "Q4_0"})
    public String format;

    /** Whose products. */
    @Param({"plain", "simd"})
    public String kernels;

    private Sequence sequence;

    /** Makes the decoder. */
    @Setup
    public void setup() {
      sequence =
          RandomDecoder.of(GgufType.valueOf(format), LAYERS)
              .start(compute(kernels), RandomDecoder.CONTEXT);
    }
  }

  private static Compute compute(String kernels) {
    Kernels chosen = KernelsChoice.named(kernels);
    return Compute.plain(chosen, Loop.sequential());
  }

  /** Vectors of all tokens [n x d]. */
  @Benchmark
  public Matrix encode(Input input) {
    return input.encoder.encode(input.compute, input.ids);
  }

  /** The logits of the next token. */
  @Benchmark
  public Matrix token(Text text) {
    if (text.sequence.length() == RandomDecoder.CONTEXT) {
      text.sequence.truncate(0);
    }
    return text.sequence.next(7);
  }
}
