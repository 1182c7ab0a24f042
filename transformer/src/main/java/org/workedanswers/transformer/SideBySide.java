package org.workedanswers.transformer;

import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/** Layers that read the same input, each writing columns of its own. */
record SideBySide(List<Linear> parts) implements Linear {
  static Linear of(Linear... parts) {
    Check.that(parts.length > 0, "there is no layer to stand side by side");
    for (Linear part : parts) {
      Check.that(
          part.in() == parts[0].in(),
          "layers of %d and %d inputs can't stand side by side: all must read the same x",
          parts[0].in(),
          part.in());
    }
    return parts.length == 1 ? parts[0] : new SideBySide(List.of(parts));
  }

  static Linear joined(Linear... parts) {
    Linear sideBySide = of(parts);
    return parts.length > 1 && Arrays.stream(parts).allMatch(DenseLinear.class::isInstance)
        ? DenseLinear.joined(Arrays.copyOf(parts, parts.length, DenseLinear[].class))
        : sideBySide;
  }

  @Override
  public int in() {
    return parts.get(0).in();
  }

  @Override
  public int out() {
    return parts.stream().mapToInt(Linear::out).sum();
  }

  @Override
  public void apply(Compute compute, Matrix x, Matrix y) {
    Linear.checkShapes(this, x, y);
    int at = 0;
    for (Linear part : parts) {
      part.apply(compute, x, y.columns(at, at + part.out()));
      at += part.out();
    }
  }

  @Override
  public long parameters() {
    return parts.stream().mapToLong(Linear::parameters).sum();
  }

  @Override
  public long bytes() {
    return parts.stream().mapToLong(Linear::bytes).sum();
  }
}
