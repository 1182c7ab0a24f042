package org.workedanswers.answers.q02;

import java.util.Arrays;
import org.workedanswers.core.Adam;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.Op;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Initial;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.TransformerConfig;
import org.workedanswers.transformer.sampling.Sampler;
import org.workedanswers.transformer.sampling.SamplerSettings;

/**
 * A small decoder that has learned invented facts from sources that do not agree.
 *
 * <pre>
 * a question: the token of the relation, the token of subject i    its answer: one of 64 objects
 * h_i = the layers' output after both        [d], random layers that stay as they are
 * logits = W h_i                             W [64 x d], trained: mean of -ln P(object said)
 * </pre>
 *
 * Every fact is said eight times. For most facts each saying is right with probability 0.7; for
 * some all sources but one repeat the same mistake. A wrong saying names any object.
 */
final class FactModel {
  static final int FACTS = 64;
  private static final int SAYINGS = 8;
  private static final double RIGHT = 0.7;
  private static final int MISTAKEN = 6; // facts whose sources share a mistake
  private static final int WIDTH = 64;
  private static final double RATE = 0.02;

  private final int[] answers;
  private final Matrix logits; // [facts x objects]

  private FactModel(int[] answers, Matrix logits) {
    this.answers = answers;
    this.logits = logits;
  }

  /** Trained for so many steps of Adam on all sayings. */
  static FactModel trained(Kernels kernels, SeededRandom random, int steps) {
    ModelShape shape =
        new ModelShape(
            "facts",
            ModelShape.Kind.DECODER,
            2,
            WIDTH,
            new ModelShape.Attention(4, 2, WIDTH / 4),
            ModelShape.FeedForward.dense(2 * WIDTH),
            new ModelShape.Embedding(FACTS + 1, true, 0, 0));
    Decoder layers = Initial.decoder(TransformerConfig.llama(shape), random);
    Compute compute = Compute.plain(kernels, Loop.sequential());
    int[] answers = random.permutation(FACTS);
    Matrix hidden = Matrix.zeros(FACTS, WIDTH);
    Matrix said = Matrix.zeros(FACTS, FACTS); // shares of the sayings
    for (int i = 0; i < FACTS; i++) {
      Matrix output = layers.explain(compute, FACTS, i).output();
      hidden.rows(i, i + 1).set(output.rows(1, 2));
      int mistake = random.below(FACTS);
      for (int s = 0; s < SAYINGS; s++) {
        boolean right = i < MISTAKEN ? s == 0 : random.uniform() < RIGHT;
        int object = right ? answers[i] : i < MISTAKEN ? mistake : random.below(FACTS);
        said.set(i, object, said.get(i, object) + 1f / SAYINGS);
      }
    }
    Matrix w = Matrix.zeros(FACTS, WIDTH);
    Adam adam = new Adam(FACTS, WIDTH, RATE);
    Matrix gradient = Matrix.zeros(FACTS, WIDTH);
    for (int step = 0; step < steps; step++) {
      Matrix p = kernels.multiplyTransposed(hidden, w);
      kernels.softmaxRows(p);
      for (int i = 0; i < FACTS; i++) {
        kernels.axpy(FACTS, -1, said.data(), said.index(i, 0), p.data(), p.index(i, 0));
      }
      kernels.gemm(1f / FACTS, p, Op.T, hidden, Op.N, 0, gradient);
      adam.step(w, gradient);
    }
    return new FactModel(answers, Linear.dense(w, null).apply(compute, hidden));
  }

  /** The share of drawn answers that are wrong, of so many a fact. */
  double errors(SamplerSettings settings, int draws, SeededRandom random) {
    Sampler sampler = new Sampler(settings);
    int wrong = 0;
    for (int i = 0; i < FACTS; i++) {
      float[] row = logits.row(i);
      for (int draw = 0; draw < draws; draw++) {
        int drawn = sampler.next(Arrays.copyOf(row, row.length), new int[0], random);
        wrong += drawn == answers[i] ? 0 : 1;
      }
    }
    return wrong / (double) (FACTS * draws);
  }
}
