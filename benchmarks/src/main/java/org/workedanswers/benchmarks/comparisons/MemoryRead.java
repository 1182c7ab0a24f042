package org.workedanswers.benchmarks.comparisons;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.benchmarks.peers.Contender;

/**
 * How fast one thread reads memory: it adds up an array that no cache holds, in eight sums. Its
 * work is counted in bytes.
 */
public final class MemoryRead {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int SUMS = 8;

  private final float[] data;
  private float sink;

  private MemoryRead(float[] data) {
    this.data = data;
  }

  /** Reading that array. */
  public static Contender contender(float[] data) {
    VectorModule.require("the memory's speed");
    return new Contender(
        "memory read", (double) Float.BYTES * data.length, new MemoryRead(data)::run);
  }

  private void run() {
    int width = SPECIES.length();
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    // What is left at the end is less than a line in a million.
    for (int i = 0; i <= data.length - SUMS * width; i += SUMS * width) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, data, i));
      s1 = s1.add(FloatVector.fromArray(SPECIES, data, i + width));
      s2 = s2.add(FloatVector.fromArray(SPECIES, data, i + 2 * width));
      s3 = s3.add(FloatVector.fromArray(SPECIES, data, i + 3 * width));
      s4 = s4.add(FloatVector.fromArray(SPECIES, data, i + 4 * width));
      s5 = s5.add(FloatVector.fromArray(SPECIES, data, i + 5 * width));
      s6 = s6.add(FloatVector.fromArray(SPECIES, data, i + 6 * width));
      s7 = s7.add(FloatVector.fromArray(SPECIES, data, i + 7 * width));
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    sink = low.add(s4.add(s5).add(s6.add(s7))).lane(0);
  }
}
