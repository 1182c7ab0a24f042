package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The sum of a vector's lanes in an order that is the same in every call. */
final class Lanes {
  // The JIT wants each shuffle as a constant of its own.
  private static final VectorSpecies<Float> F = SimdKernels.F;
  static final VectorShuffle<Float> BY_8 = rotate(F, 8);
  static final VectorShuffle<Float> BY_4 = rotate(F, 4);
  static final VectorShuffle<Float> BY_2 = rotate(F, 2);
  static final VectorShuffle<Float> BY_1 = rotate(F, 1);

  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  static final VectorShuffle<Float> EIGHT_BY_4 = rotate(EIGHT, 4);
  static final VectorShuffle<Float> EIGHT_BY_2 = rotate(EIGHT, 2);
  static final VectorShuffle<Float> EIGHT_BY_1 = rotate(EIGHT, 1);

  private Lanes() {}

  /** Moves lane i + by to lane i. */
  private static VectorShuffle<Float> rotate(VectorSpecies<Float> species, int by) {
    return VectorShuffle.fromOp(species, i -> (i + by) % species.length());
  }

  /** The sum of a vector of the preferred shape: halves are added until one lane is left. */
  static float sum(FloatVector v) {
    FloatVector s = v;
    if (F.length() >= 16) {
      s = s.add(s.rearrange(BY_8));
    }
    if (F.length() >= 8) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    return s.add(s.rearrange(BY_1)).lane(0);
  }

  /** The sum of a vector of eight lanes. */
  static float sumOfEight(FloatVector v) {
    FloatVector s = v.add(v.rearrange(EIGHT_BY_4));
    s = s.add(s.rearrange(EIGHT_BY_2));
    return s.add(s.rearrange(EIGHT_BY_1)).lane(0);
  }
}
