package org.workedanswers.benchmarks.comparisons;

import java.util.List;
import org.workedanswers.benchmarks.RandomDecoder;
import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.Sequence;

/**
 * A decoder's next token, for which every weight is read once, and the memory's speed in reading
 * them; then the same matrices by a vector each and nothing else. The model is larger than the
 * caches: six layers of {@link RandomDecoder}.
 */
public final class DecoderMemory implements Comparison {
  private static final double GOAL = 0.8;

  /** Of logits, whose deviation is 1: activations at the border of two codes go either way. */
  private static final double TOLERANCE = 0.1;

  private static final int LAYERS = 6;

  @Override
  public void run(Report report) {
    Contender memory = MemoryRead.contender(new float[1 << 26]);
    for (GgufType type : List.of(GgufType.Q8_0, GgufType.Q4_0)) {
      Decoder decoder = RandomDecoder.of(type, LAYERS);
      Matrix plain = next(decoder, PlainKernels.PLAIN).next(3, 5);
      Same.check("the decoder", plain, next(decoder, Ours.kernels()).next(3, 5), TOLERANCE);
      Sequence sequence = next(decoder, Ours.kernels());
      double bytes = RandomDecoder.bytes(decoder);
      report.race(
          "a decoder's token in " + type,
          GOAL,
          Contender.of("ours", () -> token(sequence)).doing(bytes),
          memory);
      List<Linear> products = RandomDecoder.products(type, LAYERS);
      report.race(
          "its matrices alone in " + type,
          GOAL,
          Contender.of("ours", bare(products))
              .doing(products.stream().mapToLong(Linear::bytes).sum()),
          memory);
    }
  }

  private static Runnable bare(List<Linear> products) {
    Compute compute = Compute.plain(Ours.kernels(), Loop.sequential());
    SeededRandom random = new SeededRandom(18);
    List<Matrix> xs = products.stream().map(l -> random.gaussian(1, l.in(), 1)).toList();
    List<Matrix> ys = products.stream().map(l -> Matrix.zeros(1, l.out())).toList();
    return () -> {
      for (int i = 0; i < products.size(); i++) {
        products.get(i).apply(compute, xs.get(i), ys.get(i));
      }
    };
  }

  private static Sequence next(Decoder decoder, Kernels kernels) {
    return decoder.start(Compute.plain(kernels, Loop.sequential()), RandomDecoder.CONTEXT);
  }

  /** The sequence is half full on the mean. */
  private static void token(Sequence sequence) {
    if (sequence.length() == RandomDecoder.CONTEXT) {
      sequence.truncate(0);
    }
    sequence.next(7);
  }
}
