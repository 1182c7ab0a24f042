package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Unavailable;

/** What is measured by vector code alone. */
final class VectorModule {
  private VectorModule() {}

  /** Refuses where the module is not in this JVM. */
  static void require(String what) {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      throw new Unavailable(what + " is measured by the JDK's vector module, which is left out");
    }
  }
}
