package org.workedanswers.answers.q13;

import java.util.List;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.FeedForward;

/**
 * A matrix of MiniLM's first layer with the activations that a sentence brings to it.
 *
 * @param name its name in the answer
 * @param weights W [out x in], so that a row holds what one output needs
 * @param activations X [n x in]
 */
record RealMatrix(String name, Matrix weights, Matrix activations) {
  /** W_Q, 384 x 384, on the layer's input; W₂, 384 x 1536, on the hidden units' values. */
  static List<RealMatrix> of(Kernels kernels, String sentence) {
    MiniLm.Layer layer = MiniLm.model().layer(0);
    MiniLm.FirstLayer first = MiniLm.model().firstLayer(kernels, sentence);
    FeedForward feedForward =
        FeedForward.dense(
            Activation.GELU,
            layer.intermediate().weight(),
            layer.intermediate().bias(),
            layer.output().weight(),
            layer.output().bias());
    return List.of(
        new RealMatrix("W_Q", layer.query().weight().transposed(), first.input()),
        new RealMatrix(
            "W₂",
            layer.output().weight().transposed(),
            feedForward.hidden(kernels, first.feedForwardInput())));
  }

  /** The weights alone, which need no sentence. */
  static List<Matrix> weightsAlone() {
    MiniLm.Layer layer = MiniLm.model().layer(0);
    return List.of(layer.query().weight().transposed(), layer.output().weight().transposed());
  }
}
