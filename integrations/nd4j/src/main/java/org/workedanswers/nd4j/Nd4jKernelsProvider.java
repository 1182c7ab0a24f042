package org.workedanswers.nd4j;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsProvider;

/**
 * Offers {@link Nd4jKernels} by name. Looking it up looks for ND4J's native library on the class
 * path and starts nothing: ND4J takes half a second or more to start, and does so in {@link
 * #kernels}.
 */
public final class Nd4jKernelsProvider implements KernelsProvider {
  /** The short name of the kernels. */
  public static final String NAME = "nd4j";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> unavailable() {
    return unavailable(Loader.Detector.getPlatform());
  }

  /** {@code platform} is JavaCPP's name of it, as in {@code linux-x86_64}. */
  static Optional<String> unavailable(String platform) {
    String library =
        "/org/nd4j/linalg/cpu/nativecpu/bindings/"
            + platform
            + "/"
            + System.mapLibraryName("jnind4jcpu");
    if (Nd4jKernelsProvider.class.getResource(library) != null) {
      return Optional.empty();
    }
    return Optional.of(
        "ND4J's native library for "
            + platform
            + " is not on the class path; its artifact is nd4j-native with the classifier "
            + platform
            + ".");
  }

  @Override
  public Kernels kernels() {
    unavailable()
        .ifPresent(
            why -> {
              throw new IllegalStateException(why);
            });
    return Holder.KERNELS;
  }

  private static final class Holder {
    private static final Kernels KERNELS = new Nd4jKernels();
  }
}
