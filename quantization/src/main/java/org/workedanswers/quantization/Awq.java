package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * AWQ, activation-aware weight quantisation: inputs with large activations get their weights
 * enlarged before rounding, and are themselves made smaller by as much. The rounding error of a
 * group is about as large as before, and now counts less where it counted most.
 *
 * <pre>
 * s(α)  = m^α / √(max m^α · min m^α)                             [in]
 * m     = max(|x|, 10⁻⁴ · max |x|), |x| the mean magnitude of an input over the tokens
 * L(α)  = ‖Q(W diag(s)) diag(s)⁻¹ Xᵀ - W Xᵀ‖                     Q: round to nearest
 * α*    = argmin L(α) over 0, 1/20, ... 19/20; the smaller of equals
 * </pre>
 *
 * α = 0 gives s = 1 and is rounding to nearest, so the search is never worse than that on the
 * calibration activations; between 0 and 1 it weighs the inputs that matter against those that
 * share their groups.
 *
 * <p><b>Normalisation.</b> The paper has s = m^α. Dividing by the geometric mean of its extremes,
 * as the authors' code does, keeps s about 1; a scale common to all inputs changes nothing but
 * rounding, since groups have scales of their own. That code has a floor of 10⁻⁴ for s itself; here
 * it is one for m, relative, so that the unit of the activations does not matter. With no
 * activations but zeros s = 1.
 *
 * <p><b>Clipping.</b> Optionally each group's weights are then cut off at a share 1, 0.95, ... 0.55
 * of their largest magnitude: the one with the least error of that group's part of the outputs,
 * ‖X_g (w_g - ŵ_g)ᵀ‖. Kept if the error as a whole is less, too.
 *
 * <p><b>Cost.</b> steps · out · in² / 2 multiply-adds in double, the statistics' H standing for X;
 * clipping adds 10 · out · in · group / 2. Any {@link Format} will do, but for clipping, which
 * needs groups within rows.
 *
 * <p>Source: Lin et al., <i>AWQ: Activation-aware Weight Quantization for LLM Compression and
 * Acceleration</i>, 2023, section 3.2, equations 4 and 5; number of steps and clipping from the
 * authors' code.
 *
 * @param steps how many values of α are tried, at least 1
 * @param clip whether the ranges of groups are searched too
 */
public record Awq(int steps, boolean clip) {
  /** The lowest share of the largest |x| that m may be. */
  private static final double FLOOR = 1e-4;

  /** How many shares clipping tries, a twentieth apart. */
  private static final int SHARES = 10;

  /** Checks the settings. */
  public Awq {
    Check.positive("steps", steps);
  }

  /** The paper's twenty values of α, without clipping. */
  public static Awq paper() {
    return new Awq(20, false);
  }

  /** These settings with clipping. */
  public Awq withClipping() {
    return new Awq(steps, true);
  }

  /**
   * s(α) for a layer's inputs.
   *
   * @throws IllegalArgumentException if α is not in [0, 1]
   */
  public static float[] scales(CalibrationStatistics x, double alpha) {
    Check.that(alpha >= 0 && alpha <= 1, "α is %s: it must be in [0, 1]", alpha);
    int n = x.inputs();
    double largest = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      largest = Math.max(largest, x.meanMagnitude(j));
      smallest = Math.min(smallest, x.meanMagnitude(j));
    }
    float[] s = new float[n];
    double floor = FLOOR * largest;
    // Relative to the largest, no power can overflow, and s is the same in any unit.
    double middle =
        largest == 0 ? 1 : Math.sqrt(Math.pow(Math.max(smallest, floor) / largest, alpha));
    for (int j = 0; j < n; j++) {
      double m = largest == 0 ? 1 : Math.max(x.meanMagnitude(j), floor) / largest;
      s[j] = (float) (Math.pow(m, alpha) / middle);
    }
    return s;
  }

  /**
   * Quantises W [out x in], which is left alone.
   *
   * @param loop shares out the rows; any number of threads gives the same bits
   * @throws IllegalArgumentException if W is empty, of another width than the statistics, or holds
   *     NaN or an infinity; if the format can't cut such a row or hold a scale, or has no groups
   *     within rows and clipping is asked for; if there are no tokens
   */
  public AwqResult quantize(Loop loop, Matrix w, CalibrationStatistics x, Format format) {
    format.storageBytes(w.rows(), w.cols()); // refuses sizes
    x.checkWeights(w);
    for (int i = 0; i < w.rows(); i++) {
      Weights.checkFinite(format.name(), w, i);
    }
    double[] alphas = new double[steps];
    double[] errors = new double[steps];
    ScaledMatrix best = null;
    int at = 0;
    for (int k = 0; k < steps; k++) {
      alphas[k] = (double) k / steps;
      float[] s = scales(x, alphas[k]);
      ScaledMatrix q = new ScaledMatrix(format.quantize(loop, ScaledMatrix.multiplied(w, s)), s);
      errors[k] = x.error(loop, w, q);
      if (best == null || errors[k] < errors[at]) {
        best = q;
        at = k;
      }
    }
    double error = errors[at];
    boolean clipped = false;
    if (clip) {
      float[] s = best.scales();
      Matrix cut = clipped(loop, ScaledMatrix.multiplied(w, s), x.divided(s), format);
      ScaledMatrix q = new ScaledMatrix(format.quantize(loop, cut), s);
      double clippedError = x.error(loop, w, q);
      clipped = clippedError < error;
      best = clipped ? q : best;
      error = clipped ? clippedError : error;
    }
    return new AwqResult(best, alphas[at], alphas, errors, x.signal(loop, w), clipped, error);
  }

  /** W with each group cut off where that group's error is least. */
  private static Matrix clipped(Loop loop, Matrix w, CalibrationStatistics x, Format format) {
    GridWriter grids = GridWriter.of(format, w.rows(), w.cols());
    Check.that(
        !(format instanceof IntFormat integers && integers.grouping() == Grouping.TENSOR),
        "%s has one scale for all rows: clipping needs groups within a row",
        format.name());
    int width = grids.width();
    int groups = w.cols() / width;
    double[] least = new double[Check.elements("groups", w.rows(), groups)];
    Matrix result = w.copy();
    for (int k = 0; k < SHARES; k++) {
      int step = k;
      float share = 1 - k / 20f;
      Matrix cut = cut(w, width, share);
      QuantizedMatrix q = format.quantize(loop, cut);
      loop.forEach(
          w.rows(),
          i -> {
            float[] row = new float[w.cols()];
            double[] difference = new double[w.cols()];
            q.dequantizeRow(i, row, 0);
            for (int j = 0; j < row.length; j++) {
              difference[j] = (double) w.data()[w.index(i, j)] - row[j];
            }
            for (int g = 0; g < groups; g++) {
              double error = x.errorOfGroup(difference, g * width, width);
              if (step == 0 || error < least[i * groups + g]) {
                least[i * groups + g] = error;
                System.arraycopy(
                    cut.data(),
                    cut.index(i, g * width),
                    result.data(),
                    result.index(i, g * width),
                    width);
              }
            }
          });
    }
    return result;
  }

  private static Matrix cut(Matrix w, int width, float share) {
    Matrix cut = w.copy();
    for (int i = 0; i < cut.rows(); i++) {
      for (int from = 0; from < cut.cols(); from += width) {
        int at = cut.index(i, from);
        float limit = share * Weights.absMax(cut.data(), at, width);
        for (int j = at; j < at + width; j++) {
          cut.data()[j] = Math.max(-limit, Math.min(limit, cut.data()[j]));
        }
      }
    }
    return cut;
  }
}
