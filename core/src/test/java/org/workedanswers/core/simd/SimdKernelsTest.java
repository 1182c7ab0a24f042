package org.workedanswers.core.simd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsConformance;

/** The simd kernels keep the contract; skipped where the vector module is not in the run. */
class SimdKernelsTest extends KernelsConformance {
  @BeforeAll
  static void needsTheVectorModule() {
    assumeTrue(SimdLookup.unavailable().isEmpty(), () -> SimdLookup.unavailable().orElseThrow());
  }

  @Override
  protected Kernels kernels() {
    return SimdLookup.kernels();
  }
}
