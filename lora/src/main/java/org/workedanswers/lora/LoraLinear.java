package org.workedanswers.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A frozen linear layer with adapters by name, of which any number is in use.
 *
 * <pre>
 * y = x Wᵀ + Σ sᵢ (x Aᵢᵀ) Bᵢᵀ         over the adapters in use, in the order in which they were named
 *
 * merged:    W' = W + Σ sᵢ Bᵢ Aᵢ,   y = x W'ᵀ         as many multiply-adds as without adapters
 * unmerged:  W itself
 * </pre>
 *
 * <p>Merging makes a second matrix and leaves W alone, so unmerging gives back the very bits of W.
 * Subtracting the update from W' would not: W' is rounded, and what it lost is lost. While adapters
 * are merged, what is in use can't be changed.
 *
 * <p>Not thread-safe; two layers may share one base.
 *
 * <p>Source: Hu et al., 2021, section 4.1.
 */
public final class LoraLinear {
  private final FrozenLinear base;
  private final Map<String, Adapter> adapters = new LinkedHashMap<>();
  private List<String> inUse = List.of();
  private FrozenLinear merged;

  /** A layer without adapters. */
  public LoraLinear(FrozenLinear base) {
    this.base = base;
  }

  /** A layer without adapters over W [d_out x d_in] itself. */
  public LoraLinear(Matrix w) {
    this(FrozenLinear.of(w));
  }

  /** The frozen layer. */
  public FrozenLinear base() {
    return base;
  }

  /**
   * Adds an adapter; it is not in use yet.
   *
   * @throws IllegalArgumentException if the name is taken or the adapter is of another shape
   */
  public LoraLinear add(String name, Adapter adapter) {
    Check.that(!adapters.containsKey(name), "there is an adapter '%s' already", name);
    Check.that(
        adapter.dOut() == base.dOut() && adapter.dIn() == base.dIn(),
        "adapter '%s' is for a layer of %d x %d and this one is %d x %d (d_out x d_in)",
        name,
        adapter.dOut(),
        adapter.dIn(),
        base.dOut(),
        base.dIn());
    adapters.put(name, adapter);
    return this;
  }

  /**
   * The adapter of that name.
   *
   * @throws IllegalArgumentException if there is none; it names those there are
   */
  public Adapter adapter(String name) {
    Adapter adapter = adapters.get(name);
    Check.that(adapter != null, "there is no adapter '%s': there are %s", name, adapters.keySet());
    return adapter;
  }

  /** The names of all adapters, in the order in which they were added. */
  public List<String> names() {
    return List.copyOf(adapters.keySet());
  }

  /** The names of the adapters in use, in the order in which they are summed. */
  public List<String> inUse() {
    return inUse;
  }

  /**
   * Puts these adapters to use and no other; none for the bare layer.
   *
   * @throws IllegalArgumentException if there is no adapter of a name, or one is named twice
   * @throws IllegalStateException if adapters are merged
   */
  public LoraLinear use(String... names) {
    if (isMerged()) {
      throw new IllegalStateException(inUse + " is merged into W: unmerge before changing it");
    }
    Set<String> seen = new TreeSet<>();
    for (String name : names) {
      adapter(name);
      Check.that(seen.add(name), "adapter '%s' is named twice", name);
    }
    inUse = List.of(names);
    return this;
  }

  /** Whether the adapters in use are merged into the weight. */
  public boolean isMerged() {
    return merged != null;
  }

  /**
   * Merges the adapters in use: from now on y = x W'ᵀ.
   *
   * @throws IllegalStateException if they are merged already, or the base is not in float32: W' has
   *     values between the levels of W's format
   */
  public void merge(Kernels kernels, Loop loop) {
    if (isMerged()) {
      throw new IllegalStateException(
          inUse + " is merged into W already: merging twice would add the update twice");
    }
    if (!(base instanceof DenseBase dense)) {
      throw new IllegalStateException(
          "the base is quantised, and W + s B A has values between its levels: merge into a base in"
              + " float32");
    }
    Matrix sum = dense.w().copy();
    for (String name : inUse) {
      adapters.get(name).addDelta(kernels, loop, sum);
    }
    merged = FrozenLinear.of(sum);
  }

  /**
   * Puts the kept W back.
   *
   * @throws IllegalStateException if nothing is merged
   */
  public void unmerge() {
    if (!isMerged()) {
      throw new IllegalStateException("nothing is merged into W");
    }
    merged = null;
  }

  /** The weight that x is multiplied with: W', or W where nothing is merged. */
  public FrozenLinear weight() {
    return isMerged() ? merged : base;
  }

  /**
   * y = this layer's output for x [n x d_in]; y [n x d_out] is written and never read.
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  public void forward(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    weight().forward(kernels, loop, x, y);
    if (!isMerged()) {
      for (String name : inUse) {
        adapters.get(name).addTo(kernels, loop, x, y);
      }
    }
  }

  /** {@link #forward(Kernels, Loop, Matrix, Matrix)} into a new matrix, with the best kernels. */
  public Matrix forward(Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), base.dOut());
    forward(KernelsChoice.best(), Loop.sequential(), x, y);
    return y;
  }

  /** What {@link #forward} computes on its way, and its output. */
  public LoraTrace trace(Kernels kernels, Loop loop, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), base.dOut());
    weight().forward(kernels, loop, x, y);
    Matrix xw = y.copy();
    List<LoraTrace.Path> paths = new ArrayList<>();
    if (!isMerged()) {
      for (String name : inUse) {
        Adapter adapter = adapters.get(name);
        Matrix down = adapter.down(kernels, loop, x);
        Matrix update = Matrix.zeros(x.rows(), base.dOut());
        adapter.up(kernels, loop, down, 0, update);
        adapter.up(kernels, loop, down, 1, y);
        paths.add(new LoraTrace.Path(name, adapter.scale(), down, update));
      }
    }
    return new LoraTrace(xw, List.copyOf(paths), y);
  }

  /**
   * dx = dy W + Σ sᵢ (dy Bᵢ) Aᵢ: from ∂L/∂y [n x d_out] to ∂L/∂x [n x d_in]; dx is written and
   * never read. The gradients of A and B are {@link Adapter#gradients}.
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  public void backward(Kernels kernels, Loop loop, Matrix dy, Matrix dx) {
    weight().backward(kernels, loop, dy, dx);
    if (!isMerged()) {
      for (String name : inUse) {
        adapters.get(name).addInputGradient(kernels, loop, dy, dx);
      }
    }
  }
}
