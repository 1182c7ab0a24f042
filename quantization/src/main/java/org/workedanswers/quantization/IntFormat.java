package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Integers of 8, 4, 3 or 2 bits and a scale for each group of weights, with a zero point or
 * without.
 *
 * <pre>
 * ŵ = s · (u - z)                            u in 0 ... 2ᵇ-1
 *
 * absmax:      z = 2ᵇ⁻¹                      fixed, not stored; u in 1 ... 2ᵇ-1
 *              s = max |w| / (2ᵇ⁻¹ - 1)
 * zero point:  s = (hi - lo) / (2ᵇ - 1)      lo = min(w, 0), hi = max(w, 0) over the group
 *              z = round(-lo / s)            b bits, stored
 * both:        u = round(w / s) + z          kept in its range
 * </pre>
 *
 * Weight 0 always comes back as 0. Absmax leaves one code unused, which is nothing at 8 bits and a
 * quarter of all at 2: there the weights are -s, 0 and s. A zero point pays off where a group lies
 * to one side of zero.
 *
 * <p><b>Rounding.</b> s is rounded up to its stored type, so that no code is cut off, and codes are
 * chosen by that s, to the nearest integer, halfway to even. So |ŵ - w| ≤ s/2, subnormal scales
 * included. A group of zeros has s = 0.
 *
 * <p><b>Layout.</b> Codes of a row beside each other, the first in the lowest bits of a byte; a row
 * begins at a byte; a code of 3 bits may go on in the next one. Zero points are packed in the same
 * way, group after group.
 *
 * <p>Source: Jacob et al., <i>Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference</i>, 2018, section 2.1 (zero point); Dettmers et al.,
 * <i>LLM.int8()</i>, 2022, section 2 (absmax, by tensor and by row).
 */
public final class IntFormat implements Format {
  /** How a scale is stored. */
  public enum ScaleType {
    /** float32: four bytes. */
    FP32,
    /** {@link Fp16}: two bytes; a scale above 65504 is refused. */
    FP16
  }

  private final int bits;
  private final Grouping grouping;
  private final ScaleType scaleType;
  private final boolean zeroPoint;

  private IntFormat(int bits, Grouping grouping, ScaleType scaleType, boolean zeroPoint) {
    Check.that(bits == 8 || bits >= 2 && bits <= 4, "bits is %d: it must be 8, 4, 3 or 2", bits);
    this.bits = bits;
    this.grouping = grouping;
    this.scaleType = scaleType;
    this.zeroPoint = zeroPoint;
  }

  /**
   * Scales alone.
   *
   * @throws IllegalArgumentException if bits is not 8, 4, 3 or 2
   */
  public static IntFormat absmax(int bits, Grouping grouping, ScaleType scaleType) {
    return new IntFormat(bits, grouping, scaleType, false);
  }

  /**
   * A scale and a zero point for each group.
   *
   * @throws IllegalArgumentException if bits is not 8, 4, 3 or 2
   */
  public static IntFormat zeroPoint(int bits, Grouping grouping, ScaleType scaleType) {
    return new IntFormat(bits, grouping, scaleType, true);
  }

  @Override
  public String name() {
    return "INT"
        + bits
        + " "
        + grouping
        + (scaleType == ScaleType.FP16 ? " fp16" : "")
        + (zeroPoint ? " zero" : "");
  }

  @Override
  public int payloadBits() {
    return bits;
  }

  Grouping grouping() {
    return grouping;
  }

  boolean hasZeroPoint() {
    return zeroPoint;
  }

  ScaleType scaleType() {
    return scaleType;
  }

  /** The z of absmax. */
  int middle() {
    return 1 << (bits - 1);
  }

  @Override
  public long storageBytes(long rows, long cols) {
    Weights.checkShape(name(), rows, cols, grouping.block());
    Math.multiplyExact(rows, cols);
    long groups = grouping.groups(rows, cols);
    return rows * BitPacking.bytes(cols, bits)
        + groups * (scaleType == ScaleType.FP16 ? 2 : 4)
        + (zeroPoint ? BitPacking.bytes(groups, bits) : 0);
  }

  @Override
  public IntMatrix quantize(Matrix w) {
    return quantize(Loop.sequential(), w);
  }

  @Override
  public IntMatrix quantize(Loop loop, Matrix w) {
    Weights.checkShape(name(), w.rows(), w.cols(), grouping.block());
    IntMatrix q = new IntMatrix(this, w.rows(), w.cols());
    int width = grouping.width(w.cols());
    int perRow = w.cols() / width;
    float[] low = new float[w.rows() * perRow];
    float[] high = new float[low.length];
    loop.forEach(
        w.rows(),
        i -> {
          Weights.checkFinite(name(), w, i);
          for (int g = 0; g < perRow; g++) {
            range(w, i, g * width, width, low, high, i * perRow + g);
          }
        });
    if (grouping == Grouping.TENSOR) {
      for (int i = 1; i < low.length; i++) {
        low[0] = Math.min(low[0], low[i]);
        high[0] = Math.max(high[0], high[i]);
      }
    }
    for (int g = 0; g < q.groups(); g++) {
      setGroup(q, g, low[g], high[g]);
    }
    loop.forEach(w.rows(), i -> encodeRow(w, q, i));
    return q;
  }

  /** The smallest and largest of a run and 0. */
  private static void range(
      Matrix w, int i, int from, int width, float[] low, float[] high, int at) {
    float lo = 0;
    float hi = 0;
    int start = w.index(i, from);
    for (int k = 0; k < width; k++) {
      float x = w.data()[start + k];
      lo = Math.min(lo, x);
      hi = Math.max(hi, x);
    }
    low[at] = lo;
    high[at] = hi;
  }

  private void setGroup(IntMatrix q, int group, float lo, float hi) {
    float s = scale(group, lo, hi);
    q.set(group, s, zero(s, lo));
  }

  /** The scale s of a group that spans lo to hi, 0 being in it. */
  float scale(int group, float lo, float hi) {
    double extent = zeroPoint ? (double) hi - lo : Math.max(hi, -lo);
    int steps = zeroPoint ? (1 << bits) - 1 : middle() - 1;
    float s = scale(extent, steps);
    int z = zero(s, lo);
    float largest = s * Math.max(z - (zeroPoint ? 0 : 1), (1 << bits) - 1 - z);
    Check.that(
        largest <= Float.MAX_VALUE, // a scale beyond FP16 is infinite here
        "group %d spans %s to %s: %s can't hold a scale of %s",
        group,
        lo,
        hi,
        name(),
        extent / steps);
    return s;
  }

  /** The zero point z of a group with scale s that begins at lo. */
  int zero(float s, float lo) {
    if (!zeroPoint) {
      return middle();
    }
    return s == 0 ? 0 : (int) Math.min((1 << bits) - 1, Math.rint(-lo / (double) s));
  }

  /** The code u of a weight, the nearest that there is. */
  int code(float w, float s, int z) {
    // In double, where the quotient of two floats can't overflow.
    double nearest = s == 0 ? z : Math.rint(w / (double) s) + z;
    return (int) Math.max(zeroPoint ? 0 : 1, Math.min((1 << bits) - 1, nearest));
  }

  /** extent / steps, rounded up to the stored type. */
  private float scale(double extent, int steps) {
    double exact = extent / steps;
    if (scaleType == ScaleType.FP32) {
      float s = (float) exact;
      return s < exact ? Math.nextUp(s) : s;
    }
    short code = Fp16.fromFloat((float) exact);
    float s = Fp16.toFloat(code);
    return s < exact ? Fp16.toFloat((short) (code + 1)) : s; // the next code is the next value
  }

  private void encodeRow(Matrix w, IntMatrix q, int i) {
    int width = grouping.width(w.cols());
    for (int from = 0; from < w.cols(); from += width) {
      int group = grouping.group(i, from, w.cols());
      float s = q.scale(group);
      int z = q.zero(group);
      for (int j = from; j < from + width; j++) {
        q.setCode(i, j, code(w.data()[w.index(i, j)], s, z));
      }
    }
  }
}
