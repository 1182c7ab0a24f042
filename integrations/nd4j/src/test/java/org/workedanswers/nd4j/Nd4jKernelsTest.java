package org.workedanswers.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsConformance;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/** ND4J's kernels keep the contract. */
class Nd4jKernelsTest extends KernelsConformance {
  @BeforeAll
  static void needsTheNatives() {
    var why = new Nd4jKernelsProvider().unavailable();
    assumeTrue(why.isEmpty(), () -> why.orElseThrow());
  }

  @Override
  protected Kernels kernels() {
    return new Nd4jKernelsProvider().kernels();
  }

  @Test
  void aMaskedRowIsZerosAndANanRowIsNanAmongOthers() {
    SeededRandom random = new SeededRandom(3);
    float[] data = random.gaussian(1, 100, 3).data();
    float[] before = data.clone();
    Matrix m = Matrix.view(data, 5, 4, 7, 11);
    m.rows(1, 2).fill(Float.NEGATIVE_INFINITY);
    m.set(2, 6, Float.NaN);
    Matrix want = Matrix.view(data.clone(), 5, 4, 7, 11);
    PlainKernels.PLAIN.softmaxRows(want);
    kernels().softmaxRows(m);
    assertArrayEquals(want.data(), m.data(), 1e-6f);
    for (int gap = 12; gap < 16; gap++) { // between the first row and the second
      assertEquals(before[gap], data[gap]);
    }
  }

  @Test
  void theOrderOfSumsIsNotPromised() {
    assertFalse(kernels().sumsByInnerSizeAlone());
  }
}
