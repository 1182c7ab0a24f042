package org.workedanswers.benchmarks.comparisons;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.Rope;
import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Embeddings;
import org.workedanswers.transformer.Layer;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.Mlp;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.RmsNorm;
import org.workedanswers.transformer.RotaryPositions;
import org.workedanswers.transformer.SelfAttention;
import org.workedanswers.transformer.Sequence;
import org.workedanswers.transformer.Stack;
import org.workedanswers.transformer.TokenTable;

/**
 * A decoder's next token, for which every weight is read once, and the memory's speed in reading
 * them. The weights are random, as a token takes as long with any; the model is larger than the
 * caches: TinyLlama's layers (d = 2048), six of them.
 */
public final class DecoderMemory implements Comparison {
  private static final double GOAL = 0.8;

  /** Of logits, whose deviation is 1: activations at the border of two codes go either way. */
  private static final double TOLERANCE = 0.1;

  private static final int LAYERS = 6;
  private static final int D = 2048;
  private static final int HEADS = 32;
  private static final int KV_HEADS = 4;
  private static final int D_FF = 5632;
  private static final int VOCABULARY = 4096;
  private static final int CONTEXT = 64;

  private final SeededRandom random = new SeededRandom(17);

  @Override
  public void run(Report report) {
    Contender memory = MemoryRead.contender(new float[1 << 26]);
    for (GgufType type : List.of(GgufType.Q8_0, GgufType.Q4_0)) {
      Decoder decoder = decoder(type);
      Matrix plain = next(decoder, PlainKernels.PLAIN).next(3, 5);
      Same.check("the decoder", plain, next(decoder, Ours.kernels()).next(3, 5), TOLERANCE);
      Sequence sequence = next(decoder, Ours.kernels());
      double bytes =
          decoder.head().bytes() + decoder.stack().layers().stream().mapToLong(Layer::bytes).sum();
      report.race(
          "a decoder's token in " + type,
          GOAL,
          Contender.of("ours", () -> token(sequence)).doing(bytes),
          memory);
    }
  }

  private static Sequence next(Decoder decoder, Kernels kernels) {
    return decoder.start(Compute.plain(kernels, Loop.sequential()), CONTEXT);
  }

  /** The sequence is half full on the mean. */
  private static void token(Sequence sequence) {
    if (sequence.length() == CONTEXT) {
      sequence.truncate(0);
    }
    sequence.next(7);
  }

  private Decoder decoder(GgufType type) {
    int headSize = D / HEADS;
    int shared = KV_HEADS * headSize;
    Weight q = new Weight(type, D, D);
    Weight kv = new Weight(type, shared, D);
    Weight up = new Weight(type, D_FF, D);
    Weight down = new Weight(type, D, D_FF);
    RmsNorm norm = new RmsNorm(filled(D), 1e-5);
    RotaryPositions positions = new RotaryPositions(Rope.of(headSize, Rope.Pairing.INTERLEAVED));
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < LAYERS; l++) {
      SelfAttention attention =
          new SelfAttention(
              new MultiHead(HEADS, KV_HEADS),
              Linear.sideBySide(q.linear(), kv.linear(), kv.linear()),
              q.linear(),
              Optional.of(positions),
              Optional.empty());
      Mlp mlp = Mlp.gated(up.linear(), up.linear(), down.linear(), Activation.SILU);
      layers.add(new Layer(NormPlace.PRE, attention, norm, Optional.empty(), mlp, norm));
    }
    return new Decoder(
        Embeddings.of(TokenTable.of(random.gaussian(VOCABULARY, D, 1))),
        new Stack(layers, Optional.of(norm), Mask.causal()),
        new Weight(type, VOCABULARY, D).linear(),
        CONTEXT);
  }

  private static float[] filled(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Values that all layers share, and bytes that they don't: as many are read as in a model. */
  private final class Weight {
    private final GgufMatrix w;

    Weight(GgufType type, int out, int in) {
      w = type.quantize(random.gaussian(out, in, 1 / Math.sqrt(in)));
    }

    Linear linear() {
      return Linear.quantizedQ8(w.repacked(), null);
    }
  }
}
