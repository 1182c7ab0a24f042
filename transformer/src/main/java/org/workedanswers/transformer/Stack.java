package org.workedanswers.transformer;

import java.util.List;
import java.util.Optional;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Layers one above the other, and what may see what.
 *
 * @param layers the first one first
 * @param norm after the last layer, where norms come before the parts
 * @param mask which positions a position attends to: all of an encoder's, the past of a decoder's
 */
public record Stack(List<Layer> layers, Optional<Norm> norm, Mask mask) {
  /**
   * Checks the widths.
   *
   * @throws IllegalArgumentException if there is no layer or they differ
   */
  public Stack {
    layers = List.copyOf(layers);
    Check.that(!layers.isEmpty(), "there is no layer");
    int d = layers.get(0).width();
    for (Layer layer : layers) {
      Check.that(layer.width() == d, "layers are of width %d and %d", d, layer.width());
    }
    norm.ifPresent(
        n -> Check.that(n.width() == d, "the norm is for width %d: it must be %d", n.width(), d));
  }

  /** d, the width of a token. */
  public int width() {
    return layers.get(0).width();
  }

  /** Weights and biases. */
  public long parameters() {
    return layers.stream().mapToLong(Layer::parameters).sum()
        + norm.map(Norm::parameters).orElse(0L);
  }

  /**
   * Takes x [n x d] through all layers, in place.
   *
   * @param sources for each layer K and V of the encoder's output, or null where none attends to it
   * @param traces takes what each layer did, or is null
   */
  void apply(
      Compute compute, Matrix x, Span[] spans, List<Matrix> sources, List<LayerTrace> traces) {
    Workspace workspace = new Workspace();
    for (int l = 0; l < layers.size(); l++) {
      Matrix source = sources == null ? null : sources.get(l);
      layers.get(l).apply(compute, workspace, x, spans, l, mask, source, traces);
    }
    if (norm.isPresent()) {
      norm.get().apply(compute.kernels(), x, x);
    }
  }
}
