package org.workedanswers.answers.q02;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.workedanswers.answers.Workbench;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Embeddings;
import org.workedanswers.transformer.Layer;
import org.workedanswers.transformer.LayerNorm;
import org.workedanswers.transformer.LayerTrace;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.Mlp;
import org.workedanswers.transformer.Norm;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.SelfAttention;
import org.workedanswers.transformer.Stack;
import org.workedanswers.transformer.TokenTable;
import org.workedanswers.transformer.Trace;

/**
 * Decoders before their first step, their norms before the parts or after: how large the stream is
 * behind each layer, and how large the gradient of the loss is for each layer's weights.
 *
 * <p>Weights have variance 1 / d_in, embeddings variance 1; the loss is that of the next token on
 * random tokens. Source: Xiong et al., <i>On Layer Normalization in the Transformer
 * Architecture</i>, 2020, theorem 1 and figure 3.
 *
 * @param gradients ‖∇‖ by layer, the root of the mean square over models and directions
 * @param sizes the stream's mean length behind each layer
 */
record NormDepth(double[] gradients, double[] sizes) {
  /** Models of their own weights and tokens. */
  static final int MODELS = 8;

  /** Directions in which each model's loss is differentiated, where every layer is looked at. */
  static final int DIRECTIONS = 4;

  /** The same where the last layer alone is. */
  static final int DIRECTIONS_LAST = 8;

  /** How deep the models are whose every layer is looked at. */
  static final int DEPTH = 8;

  /** How deep those are of which the last layer is. */
  static final int SHALLOW = 2;

  /** As {@link #SHALLOW}. */
  static final int DEEP = 24;

  private static final int D = 32;
  private static final int HEADS = 4;
  private static final int HIDDEN = 64;
  private static final int VOCABULARY = 64;
  private static final int TOKENS = 16;

  /**
   * All that the page and the claim want.
   *
   * @param pre by layer, norms before the parts
   * @param post by layer, norms after them
   * @param preLast the last layer's gradient in {@link #SHALLOW} and {@link #DEEP} models
   * @param postLast the same
   */
  record Both(NormDepth pre, NormDepth post, double[] preLast, double[] postLast) {}

  /** Measures models with these two places of norms. */
  static Both both(Workbench bench, NormPlace pre, NormPlace post) {
    return new Both(
        of(bench, pre, DEPTH, true),
        of(bench, post, DEPTH, true),
        last(bench, pre),
        last(bench, post));
  }

  private static double[] last(Workbench bench, NormPlace place) {
    return new double[] {
      of(bench, place, SHALLOW, false).gradients()[SHALLOW - 1],
      of(bench, place, DEEP, false).gradients()[DEEP - 1]
    };
  }

  /** Models of this depth; the gradient of every layer, or of the last one alone. */
  static NormDepth of(Workbench bench, NormPlace place, int depth, boolean every) {
    int directions = every ? DIRECTIONS : DIRECTIONS_LAST;
    double[] squares = new double[depth];
    double[] sizes = new double[depth];
    for (int m = 0; m < MODELS; m++) {
      // The same weights whichever place the norms have.
      SeededRandom random = bench.random("q2.pre-norm").split(m);
      Model model = new Model(bench.kernels(), place, depth, random);
      double[] lengths = model.lengths();
      for (int l = 0; l < depth; l++) {
        sizes[l] += lengths[l] / MODELS;
        if (every || l == depth - 1) {
          squares[l] += model.squaredGradient(l, directions, random.split(1000 + l)) / MODELS;
        }
      }
    }
    return new NormDepth(Arrays.stream(squares).map(Math::sqrt).toArray(), sizes);
  }

  /** One decoder with all its weights at hand. */
  static final class Model {
    private final Compute compute;
    private final NormPlace place;
    private final Matrix words;
    private final Matrix head;
    private final List<Matrix[]> weights = new ArrayList<>(); // of each layer: QKV, O, up, down
    private final List<Layer> layers = new ArrayList<>();
    private final int[] tokens = new int[TOKENS + 1];
    private Trace trace;

    Model(Kernels kernels, NormPlace place, int depth, SeededRandom random) {
      this.compute = Compute.plain(kernels, Loop.sequential());
      this.place = place;
      words = random.gaussian(VOCABULARY, D, 1);
      head = weight(random, VOCABULARY, D);
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = random.below(VOCABULARY);
      }
      for (int l = 0; l < depth; l++) {
        Matrix[] w = {
          weight(random, 3 * D, D),
          weight(random, D, D),
          weight(random, HIDDEN, D),
          weight(random, D, HIDDEN)
        };
        weights.add(w);
        layers.add(layer(w));
      }
    }

    private static Matrix weight(SeededRandom random, int out, int in) {
      return random.gaussian(out, in, 1 / Math.sqrt(in));
    }

    private Layer layer(Matrix[] w) {
      return new Layer(
          place,
          new SelfAttention(
              new MultiHead(HEADS),
              Linear.dense(w[0], null),
              Linear.dense(w[1], null),
              Optional.empty(),
              Optional.empty()),
          norm(),
          Optional.empty(),
          Mlp.dense(Linear.dense(w[2], null), Linear.dense(w[3], null), Activation.SILU),
          norm());
    }

    private static LayerNorm norm() {
      float[] gain = new float[D];
      Arrays.fill(gain, 1);
      return new LayerNorm(gain, new float[D], 1e-5);
    }

    /** The layers from one on, over a table of what they take in. */
    private Decoder decoder(Matrix table, List<Layer> layers) {
      Optional<Norm> last = place == NormPlace.PRE ? Optional.of(norm()) : Optional.empty();
      return new Decoder(
          Embeddings.of(TokenTable.of(table)),
          new Stack(layers, last, Mask.causal()),
          Linear.dense(head, null),
          TOKENS);
    }

    /** The pass of the first tokens, with everything between. */
    private Trace trace() {
      if (trace == null) {
        trace = decoder(words, layers).explain(compute, Arrays.copyOf(tokens, TOKENS));
      }
      return trace;
    }

    /** The mean length of a token's vector behind each layer. */
    double[] lengths() {
      return trace().layers().stream()
          .mapToDouble(l -> LayerTrace.meanLength(l.output()))
          .toArray();
    }

    /** The weights of a layer. */
    Matrix[] weights(int layer) {
      return weights.get(layer);
    }

    /** An estimate of ‖∇‖² for all matrices of a layer. */
    double squaredGradient(int layer, int directions, SeededRandom random) {
      return GradientEstimate.meanSquare(
          w -> loss(layer, w), weights.get(layer), directions, random);
    }

    /**
     * -ln P(next token), the mean over the tokens, with other weights in one layer. What lies below
     * that layer stays as it is and is not run again.
     */
    double loss(int layer, Matrix[] w) {
      Matrix table = Matrix.zeros(VOCABULARY, D);
      table.rows(0, TOKENS).set(trace().layers().get(layer).input());
      List<Layer> changed = new ArrayList<>(layers.subList(layer, layers.size()));
      changed.set(0, layer(w));
      int[] rows = IntStream.range(0, TOKENS).toArray();
      Matrix logits = decoder(table, changed).start(compute, TOKENS).feed(rows);
      double loss = 0;
      for (int i = 0; i < TOKENS; i++) {
        float[] row = logits.row(i);
        double sum = 0;
        for (float x : row) {
          sum += Math.exp(x);
        }
        loss += Math.log(sum) - row[tokens[i + 1]];
      }
      return loss / TOKENS;
    }
  }
}
