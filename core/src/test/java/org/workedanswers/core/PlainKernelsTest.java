package org.workedanswers.core;

/** The plain kernels keep the contract. */
class PlainKernelsTest extends KernelsConformance {
  @Override
  protected Kernels kernels() {
    return PlainKernels.PLAIN;
  }
}
