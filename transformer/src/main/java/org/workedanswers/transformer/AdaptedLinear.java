package org.workedanswers.transformer;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.lora.Adapter;

/**
 * A {@link Linear} with an adapter beside it: y = x Wᵀ + b + s (x Aᵀ) Bᵀ, s = α / r. Source: Hu et
 * al., <i>LoRA</i>, 2021, equation 3.
 */
record AdaptedLinear(Linear base, Adapter adapter) implements Linear {
  AdaptedLinear {
    Check.that(
        adapter.a().cols() == base.in() && adapter.b().rows() == base.out(),
        "A is %s and B is %s for a layer W of %d x %d: they must be r x in and out x r",
        adapter.a(),
        adapter.b(),
        base.out(),
        base.in());
  }

  @Override
  public int in() {
    return base.in();
  }

  @Override
  public int out() {
    return base.out();
  }

  @Override
  public void apply(Compute compute, Matrix x, Matrix y) {
    base.apply(compute, x, y);
    adapter.addTo(compute.kernels(), compute.loop(), x, y);
  }

  @Override
  public long parameters() {
    return base.parameters() + adapter.parameters();
  }

  @Override
  public long bytes() {
    return base.bytes() + Float.BYTES * adapter.parameters();
  }
}
