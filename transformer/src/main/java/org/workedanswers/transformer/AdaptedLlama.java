package org.workedanswers.transformer;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.lora.Adapter;

/**
 * A Llama-style decoder and what adapters make of it.
 *
 * <pre>
 * base      y = x Wᵀ
 * beside    y = x Wᵀ + s (x Aᵀ) Bᵀ        W stays as it is and is shared, whatever stands beside it
 * merged    y = x W'ᵀ,  W' = W + s B A     as fast as the base; W' is another matrix
 * </pre>
 *
 * Each of them is a decoder of its own; those made here share all weights that are equal, so to
 * swap adapters is to ask for another decoder, which takes the adapters' memory alone, and to
 * unmerge is to go back to the base's, whose bits nothing has touched.
 *
 * <p>Merged in float32, outputs are those beside the base but for rounding. Where the base is held
 * in blocks of few bits ({@link Storage#STORED}, {@link Storage#FAST}; see {@link
 * org.workedanswers.quantization.GgufType}), W' is rounded to such blocks again: what the adapter
 * adds below half a step of them is lost. Keep it beside then. Blocks that can't be written
 * (k-quants) and 16 bits give way to float32.
 *
 * <p>Source: Hu et al., <i>LoRA</i>, 2021, section 4.1. Safe for several threads.
 */
public final class AdaptedLlama {
  /** What can have an adapter: not the embedding, and no experts, which share a tensor. */
  private static final Pattern ADAPTABLE =
      Pattern.compile(
          "blk\\.\\d+\\.(attn_(q|k|v|output)|ffn_(gate|up|down))\\.weight|output\\.weight");

  private final LlamaConfig config;
  private final Map<String, Tensor> tensors;
  private final NamedWeights weights;

  /**
   * A base; its weights are made ready when the first decoder asks for them.
   *
   * @param tensors by GGUF's names, as {@link Llama} wants them
   */
  public AdaptedLlama(LlamaConfig config, Map<String, Tensor> tensors, Storage storage) {
    this.config = config;
    this.tensors = tensors;
    this.weights = new NamedWeights(tensors, storage);
  }

  /**
   * The decoder without adapters.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public Decoder base() {
    return Llama.decoder(config, weights, LinearMaker.STORED);
  }

  /**
   * The decoder with adapters beside its layers.
   *
   * @param adapters by the names of the tensors that they go with; rows of B for Q and K in the
   *     order of the model's own
   * @throws IllegalArgumentException if a tensor is not there, can have no adapter, or is of
   *     another shape than B A; or as {@link #base}
   */
  public Decoder beside(Map<String, Adapter> adapters) {
    return decoder(adapters, (layer, adapter) -> layer.stored().get().with(adapter));
  }

  /**
   * The decoder with adapters merged into copies of the weights.
   *
   * @param kernels for B A
   * @throws IllegalArgumentException as {@link #beside}, or if a value of W' is not finite or more
   *     than its format holds
   */
  public Decoder merged(Map<String, Adapter> adapters, Kernels kernels) {
    return decoder(
        adapters,
        (layer, adapter) -> {
          Matrix w = layer.weights().get();
          adapter.addDelta(kernels, Loop.sequential(), w);
          return inPlaceOf(layer, w, kernels);
        });
  }

  private Decoder decoder(
      Map<String, Adapter> adapters, BiFunction<NamedLinear, Adapter, Linear> adapted) {
    check(adapters);
    return Llama.decoder(
        config,
        weights,
        layer -> {
          Adapter adapter = adapters.get(layer.name() + ".weight");
          return adapter == null ? layer.stored().get() : adapted.apply(layer, adapter);
        });
  }

  private Linear inPlaceOf(NamedLinear layer, Matrix w, Kernels kernels) {
    for (float value : w.data()) {
      Check.that(
          Float.isFinite(value),
          "W + s B A of '%s.weight' has a value that is %s: it must be finite",
          layer.name(),
          value);
    }
    try {
      return weights.inPlaceOf(layer.name() + ".weight", w, layer.bias(), kernels);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format("W + s B A of '%s.weight': %s", layer.name(), e.getMessage()), e);
    }
  }

  private void check(Map<String, Adapter> adapters) {
    adapters.forEach(
        (name, adapter) -> {
          Check.that(
              ADAPTABLE.matcher(name).matches(),
              "there is an adapter for '%s': layers of attention and feed-forward parts and a head of"
                  + " its own can have one",
              name);
          Tensor w = tensors.get(name);
          Check.that(w != null, "there is an adapter for '%s', which the model has not", name);
          long[] shape = w.shape();
          Check.that(
              shape.length == 2 && shape[0] == adapter.dOut() && shape[1] == adapter.dIn(),
              "the adapter for '%s' has A %s and B %s and W is %s: they must be r x in, out x r and"
                  + " out x in",
              name,
              adapter.a(),
              adapter.b(),
              w);
        });
  }
}
