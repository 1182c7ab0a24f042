package org.workedanswers.benchmarks.comparisons;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.benchmarks.peers.Contender;

/**
 * The most fp32 multiply-adds that one thread does: twelve sums in registers, enough to hide a
 * multiply-add's latency of four cycles on two units, and nothing read from memory. The sum is the
 * addend: as a factor the JIT would copy y for each step, which costs a third in some runs.
 */
public final class FmaPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int STEPS = 100_000;
  private static final int SUMS = 12;

  // Read where the JIT can't know the value, so that no step can be left out.
  private float factor = 0.5f;
  private float sink;

  private FmaPeak() {}

  /** The peak as a contender, whose work is counted in multiply-adds. */
  public static Contender contender() {
    VectorModule.require("the peak");
    FmaPeak peak = new FmaPeak();
    return new Contender("FMA peak", (double) STEPS * SUMS * SPECIES.length(), peak::run);
  }

  private void run() {
    FloatVector x = FloatVector.broadcast(SPECIES, factor);
    FloatVector y = FloatVector.broadcast(SPECIES, 1);
    FloatVector s0 = y;
    FloatVector s1 = y;
    FloatVector s2 = y;
    FloatVector s3 = y;
    FloatVector s4 = y;
    FloatVector s5 = y;
    FloatVector s6 = y;
    FloatVector s7 = y;
    FloatVector s8 = y;
    FloatVector s9 = y;
    FloatVector s10 = y;
    FloatVector s11 = y;
    for (int i = 0; i < STEPS; i++) {
      s0 = x.fma(y, s0);
      s1 = x.fma(y, s1);
      s2 = x.fma(y, s2);
      s3 = x.fma(y, s3);
      s4 = x.fma(y, s4);
      s5 = x.fma(y, s5);
      s6 = x.fma(y, s6);
      s7 = x.fma(y, s7);
      s8 = x.fma(y, s8);
      s9 = x.fma(y, s9);
      s10 = x.fma(y, s10);
      s11 = x.fma(y, s11);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
    FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
    sink = low.add(high).lane(0);
  }
}
