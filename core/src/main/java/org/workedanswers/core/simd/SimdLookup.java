package org.workedanswers.core.simd;

import java.util.Optional;
import org.workedanswers.core.Kernels;

/**
 * Whether the vector module is there, found without loading a class that needs it. {@link
 * org.workedanswers.core.KernelsChoice} is the way in.
 */
public final class SimdLookup {
  /** The short name of the kernels. */
  public static final String NAME = "simd";

  private static final String MODULE = "jdk.incubator.vector";

  private SimdLookup() {}

  /** Why the kernels can't be used, in a sentence or two with the remedy; empty if they can. */
  public static Optional<String> unavailable() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.of(
          "The vector module is not in this run; start Java with --add-modules "
              + MODULE
              + " for faster ones.");
    }
    if (bits() < 128) {
      return Optional.of("This processor has no vectors of 128 bits or more that Java can use.");
    }
    return Optional.empty();
  }

  /** The kernels; call only where {@link #unavailable} is empty. */
  public static Kernels kernels() {
    return Holder.KERNELS;
  }

  /** What the kernels run on, as in {@code 512-bit vectors}. */
  public static String shape() {
    return bits() + "-bit vectors";
  }

  private static int bits() {
    return (int) call("vectorBits");
  }

  private static Object call(String method) {
    try {
      return Class.forName("org.workedanswers.core.simd.SimdKernels")
          .getMethod(method)
          .invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the simd kernels are missing from this build of core", e);
    }
  }

  private static final class Holder {
    private static final Kernels KERNELS = (Kernels) call("instance");
  }
}
