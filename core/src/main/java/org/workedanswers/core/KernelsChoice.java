package org.workedanswers.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.workedanswers.core.simd.SimdLookup;

/**
 * Which kernels are in use, why, and how to get better ones.
 *
 * <p>The default is {@code simd} where the vector module is there and {@code blocked} elsewhere;
 * the system property {@value #PROPERTY} names another. Implementations on the class path, as
 * {@code nd4j}, are used when they are named and never by themselves. It is looked up once.
 */
public final class KernelsChoice {
  /** The system property that names the kernels to use. */
  public static final String PROPERTY = "workedanswers.kernels";

  private static final class Default {
    private static final Kernels KERNELS = choose();

    private static Kernels choose() {
      String named = System.getProperty(PROPERTY);
      if (named != null) {
        return named(named);
      }
      return SimdLookup.unavailable().isEmpty() ? SimdLookup.kernels() : BlockedKernels.BLOCKED;
    }
  }

  private KernelsChoice() {}

  /**
   * The kernels in use where a caller names none.
   *
   * @throws IllegalArgumentException if the property names kernels that are not there
   */
  public static Kernels best() {
    return Default.KERNELS;
  }

  /**
   * The kernels of that name.
   *
   * @throws IllegalArgumentException if there are none, or they can't be used here; it says why and
   *     names those that can
   */
  public static Kernels named(String name) {
    if (name.equals(PlainKernels.PLAIN.name())) {
      return PlainKernels.PLAIN;
    }
    if (name.equals(BlockedKernels.BLOCKED.name())) {
      return BlockedKernels.BLOCKED;
    }
    if (name.equals(SimdLookup.NAME)) {
      Optional<String> why = SimdLookup.unavailable();
      Check.that(why.isEmpty(), "kernels '%s' can't be used: %s", name, why.orElse(""));
      return SimdLookup.kernels();
    }
    KernelsProvider provider = providers().get(name);
    Check.that(provider != null, "there are no kernels '%s': there are %s", name, available());
    Optional<String> why = provider.unavailable();
    Check.that(why.isEmpty(), "kernels '%s' can't be used: %s", name, why.orElse(""));
    return provider.kernels();
  }

  /** The names of the kernels that can be used here. */
  public static List<String> available() {
    List<String> names = new ArrayList<>();
    names.add(PlainKernels.PLAIN.name());
    names.add(BlockedKernels.BLOCKED.name());
    if (SimdLookup.unavailable().isEmpty()) {
      names.add(SimdLookup.NAME);
    }
    providers()
        .forEach(
            (name, provider) -> {
              if (provider.unavailable().isEmpty()) {
                names.add(name);
              }
            });
    return names;
  }

  /** One sentence for a person: which kernels are in use, why, and how to get better ones. */
  public static String explanation() {
    String name = best().name();
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return "Kernels: " + name + ", named by -D" + PROPERTY + ".";
    }
    return SimdLookup.unavailable()
        .map(why -> "Kernels: " + name + ". " + why)
        .orElseGet(() -> "Kernels: " + name + ", " + SimdLookup.shape() + ".");
  }

  private static TreeMap<String, KernelsProvider> providers() {
    TreeMap<String, KernelsProvider> found = new TreeMap<>();
    for (KernelsProvider p : ServiceLoader.load(KernelsProvider.class)) {
      found.put(p.name(), p);
    }
    return found;
  }
}
