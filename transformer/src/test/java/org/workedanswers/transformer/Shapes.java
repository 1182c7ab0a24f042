package org.workedanswers.transformer;

import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;

/** Small shapes to try, no two sizes of them alike. */
final class Shapes {
  private Shapes() {}

  static ModelShape small(ModelShape.Kind kind, SeededRandom random) {
    int g = 1 + random.below(2);
    int experts = kind == ModelShape.Kind.DECODER && random.coin() ? 3 : 1;
    return new ModelShape(
        "small",
        kind,
        1 + random.below(3),
        12 + random.below(9),
        new ModelShape.Attention(g * (1 + random.below(3)), g, 2 * (1 + random.below(4))),
        new ModelShape.FeedForward(5 + random.below(30), experts, Math.min(2, experts)),
        new ModelShape.Embedding(23, random.coin(), 40, kind == ModelShape.Kind.ENCODER ? 2 : 0));
  }

  static TransformerConfig decoder(SeededRandom random) {
    ModelShape shape = small(ModelShape.Kind.DECODER, random);
    TransformerConfig config =
        random.coin() ? TransformerConfig.llama(shape) : TransformerConfig.t5(shape);
    return config
        .with(Positions.values()[random.below(4)])
        .with(NormPlace.values()[random.below(2)]);
  }

  static int[] tokens(SeededRandom random, int n) {
    int[] tokens = new int[n];
    for (int i = 0; i < n; i++) {
      tokens[i] = random.below(23);
    }
    return tokens;
  }
}
