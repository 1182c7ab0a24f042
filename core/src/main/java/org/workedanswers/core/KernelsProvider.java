package org.workedanswers.core;

import java.util.Optional;

/**
 * Offers an implementation of {@link Kernels} to {@link KernelsChoice}, which finds it by {@link
 * java.util.ServiceLoader}. To look an implementation up must not start it: a native library is
 * loaded when {@link #kernels} is called.
 */
public interface KernelsProvider {
  /** The short name of the kernels. */
  String name();

  /** Why they can't be used on this machine, in one sentence; empty if they can. */
  Optional<String> unavailable();

  /**
   * The kernels.
   *
   * @throws IllegalStateException if they are unavailable
   */
  Kernels kernels();
}
