package org.workedanswers.lora;

import java.util.List;
import org.workedanswers.core.Matrix;

/**
 * What a layer with adapters computed on its way.
 *
 * @param base x Wᵀ [n x d_out]; x W'ᵀ where adapters are merged
 * @param paths what each adapter in use added, in order; empty where they are merged
 * @param output y [n x d_out], with the bits of {@link LoraLinear#forward}
 */
public record LoraTrace(Matrix base, List<Path> paths, Matrix output) {
  /**
   * One adapter's way beside the base.
   *
   * @param adapter its name
   * @param scale s = α / r
   * @param down x Aᵀ [n x r]
   * @param update s (x Aᵀ) Bᵀ [n x d_out]
   */
  public record Path(String adapter, float scale, Matrix down, Matrix update) {}
}
