package org.workedanswers.quantization;

import java.util.stream.IntStream;
import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * GPTQ: weights are rounded one column after the other, and what each rounding did to the outputs
 * is made up for by the weights that are still to come.
 *
 * <pre>
 * W       weights                                              [out x in]
 * H       = 2 Xᵀ X + λ I, λ = damping · mean of the diagonal    [in x in]
 * U       upper Cholesky factor of the inverse, H⁻¹ = Uᵀ U      [in x in]
 *
 * for k = 0 ... in-1:
 *   Q(:, k)   = round(W(:, k)) to the grid of its group         [out]
 *   E         = (W(:, k) - Q(:, k)) / U(k, k)                   [out]
 *   W(:, k+1 ...) -= E · U(k, k+1 ...)
 * </pre>
 *
 * A step is Optimal Brain Quantization's, δ = -(w_k - q_k) / [H⁻¹]ₖₖ · (H⁻¹)ₖ, with H over the
 * inputs not yet rounded; row k of U holds what all the steps need of these shrinking inverses.
 * Rows of W never meet.
 *
 * <p><b>Grids.</b> A group's grid is set by its weights as they are when its first column is
 * reached. Where that can't be, by the weights as they were at the beginning: with the order of
 * activations, with one scale for the whole matrix, and with NF4's double quantisation. ({@code
 * IntFormat}, {@code Nf4}, {@code GgufType} have grids.)
 *
 * <p><b>Order of activations.</b> Columns in the order of falling H(k, k), equal ones in theirs:
 * inputs that matter most are rounded while most can still make up for them. Groups stay runs of
 * neighbours in a row, as every format here has them.
 *
 * <p><b>Dead inputs</b> say nothing on their weights, which are rounded to nearest. (The authors'
 * code sets them to 0; a calibration text that has missed an input is no reason to.)
 *
 * <p><b>Lazy batches.</b> {@link #quantize} updates a block of columns at a time and the rest of
 * the row once a block: the weights of some rows stay near. {@link #quantizeByColumns} is the loop
 * above as it stands. The bits are the same, since every weight meets the same subtractions in the
 * same order.
 *
 * <p><b>Cost.</b> out · in² / 2 multiply-adds, in³ / 3 for U, and out · in² · 3/2 to measure the
 * errors, all in double; memory is 16 · in² bytes beside the statistics' 8 · in². An in whose
 * square passes what an array can hold, from 46341 on, is refused by the statistics.
 *
 * <p>Source: Frantar, Ashkboos, Hoefler, Alistarh, <i>GPTQ: Accurate Post-Training Quantization for
 * Generative Pre-trained Transformers</i>, 2022, section 3.3 and Algorithm 1; the order and the
 * grids that are set before, from the authors' code.
 *
 * @param damping λ as a share of H's mean diagonal; may be 0 where H is positive definite
 * @param block columns of a lazy batch, at least 1; a batch ends where a longer group begins
 * @param activationOrder whether columns are taken by falling H(k, k)
 */
public record Gptq(double damping, int block, boolean activationOrder) {
  /** Checks the settings. */
  public Gptq {
    Check.that(
        damping >= 0 && damping < Double.POSITIVE_INFINITY,
        "damping is %s: it must be a finite number, 0 or above",
        damping);
    Check.positive("block", block);
  }

  /** The paper's settings: damping of 1 %, blocks of 128, columns as they stand. */
  public static Gptq paper() {
    return new Gptq(0.01, 128, false);
  }

  /** These settings with the columns in the order of activations. */
  public Gptq inActivationOrder() {
    return new Gptq(damping, block, true);
  }

  /**
   * Quantises W [out x in], which is left alone.
   *
   * @param loop shares out the rows; any number of threads gives the same bits
   * @throws IllegalArgumentException if W is empty, of another width than the statistics, or holds
   *     NaN or an infinity; if the format has no grids, can't cut such a row or can't hold a scale;
   *     if there are no tokens, or H + λ I is not positive definite
   */
  public GptqResult quantize(Loop loop, Matrix w, CalibrationStatistics x, Format format) {
    return run(loop, w, x, format, GptqSweep::byBlocks);
  }

  /** {@link #quantize} a column at a time: the form to read. The bits are the same. */
  public GptqResult quantizeByColumns(Loop loop, Matrix w, CalibrationStatistics x, Format format) {
    return run(loop, w, x, format, (sweep, l, m) -> sweep.byColumns(l, m));
  }

  @FunctionalInterface
  private interface Form {
    void run(GptqSweep sweep, Loop loop, Matrix w);
  }

  private GptqResult run(Loop loop, Matrix w, CalibrationStatistics x, Format format, Form form) {
    GridWriter grids = GridWriter.of(format, w.rows(), w.cols());
    x.checkWeights(w);
    for (int i = 0; i < w.rows(); i++) {
      Weights.checkFinite(format.name(), w, i);
    }
    int[] order = order(x);
    double lambda = damping * meanDiagonal(x, order);
    double[] u = InverseFactor.of(loop, damped(x, order, lambda), x.inputs());
    form.run(new GptqSweep(grids, u, order, block, !activationOrder), loop, w);
    QuantizedMatrix quantized = grids.finish();
    double error = x.error(loop, w, quantized);
    Check.that(
        error < Double.POSITIVE_INFINITY,
        "the error is %s: weights passed float32 with the damping of %s, and need more",
        error,
        damping);
    int dead = (int) IntStream.range(0, x.inputs()).filter(x::dead).count();
    return new GptqResult(
        quantized,
        order,
        lambda,
        dead,
        x.signal(loop, w),
        x.error(loop, w, format.quantize(loop, w)),
        error);
  }

  private int[] order(CalibrationStatistics x) {
    IntStream inputs = IntStream.range(0, x.inputs());
    if (!activationOrder) {
      return inputs.toArray();
    }
    return inputs
        .boxed()
        .sorted((a, b) -> Double.compare(x.h(b, b), x.h(a, a))) // stable
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double meanDiagonal(CalibrationStatistics x, int[] order) {
    double sum = 0;
    for (int j : order) {
      sum += x.h(j, j);
    }
    return sum / order.length;
  }

  /** H + λ I with its inputs in order; a dead one has a diagonal and nothing else. */
  private static double[] damped(CalibrationStatistics x, int[] order, double lambda) {
    int n = order.length;
    double[] h = new double[n * n];
    double mean = meanDiagonal(x, order);
    for (int i = 0; i < n; i++) {
      boolean dead = x.dead(order[i]);
      h[i * n + i] = dead ? (mean > 0 ? mean : 1) : x.h(order[i], order[i]) + lambda;
      for (int j = i + 1; j < n; j++) {
        h[i * n + j] = dead || x.dead(order[j]) ? 0 : x.h(order[i], order[j]);
      }
    }
    return h;
  }
}
