package org.workedanswers.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.Rope;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Embeddings;
import org.workedanswers.transformer.Layer;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.Mlp;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.RmsNorm;
import org.workedanswers.transformer.RotaryPositions;
import org.workedanswers.transformer.SelfAttention;
import org.workedanswers.transformer.Stack;
import org.workedanswers.transformer.TokenTable;

/**
 * A decoder of random weights, as a token takes as long with any: layers of TinyLlama's sizes (d =
 * 2048, 32 heads, 4 of keys, 5632 hidden units), a vocabulary of 4096. A layer has 44 million
 * weights, so a few of them are larger than the caches.
 */
public final class RandomDecoder {
  /** The longest sequence. */
  public static final int CONTEXT = 64;

  private static final int D = 2048;
  private static final int HEADS = 32;
  private static final int KV_HEADS = 4;
  private static final int D_FF = 5632;
  private static final int VOCABULARY = 4096;

  private final SeededRandom random = new SeededRandom(17);
  private final List<Linear> linears = new ArrayList<>();

  private RandomDecoder() {}

  /** The decoder, its matrices in a format and its activations in Q8_0, as llama.cpp has it. */
  public static Decoder of(GgufType type, int layers) {
    return new RandomDecoder().decoder(type, layers);
  }

  /** Bytes of the weights that a token reads. */
  public static long bytes(Decoder decoder) {
    return decoder.head().bytes() + decoder.stack().layers().stream().mapToLong(Layer::bytes).sum();
  }

  /** The matrices that a token is multiplied with, of the same sizes, one after the other. */
  public static List<Linear> products(GgufType type, int layers) {
    RandomDecoder made = new RandomDecoder();
    made.decoder(type, layers);
    return made.linears;
  }

  private Decoder decoder(GgufType type, int count) {
    int headSize = D / HEADS;
    int shared = KV_HEADS * headSize;
    Weight q = new Weight(type, D, D);
    Weight kv = new Weight(type, shared, D);
    Weight up = new Weight(type, D_FF, D);
    Weight down = new Weight(type, D, D_FF);
    RmsNorm norm = new RmsNorm(filled(D), 1e-5);
    RotaryPositions positions = new RotaryPositions(Rope.of(headSize, Rope.Pairing.INTERLEAVED));
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < count; l++) {
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
      Linear linear = Linear.quantizedQ8(w.repacked(), null);
      linears.add(linear);
      return linear;
    }
  }
}
