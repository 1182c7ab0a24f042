package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * What {@link Gptq} and {@link Awq} need to know of a layer's inputs, gathered batch by batch:
 * their second moments and their mean magnitudes.
 *
 * <pre>
 * X     activations, one token a row                          [n x in]
 * H     = 2 Xᵀ X, the Hessian of ‖X wᵀ - X ŵᵀ‖² by ŵ          [in x in]
 * |x|ⱼ  = Σ over tokens of |X(t, j)| / n                      [in]
 *
 * tr((W - Ŵ) H (W - Ŵ)ᵀ) = 2 ‖X Wᵀ - X Ŵᵀ‖²                  W, Ŵ [out x in]
 * </pre>
 *
 * So the output error on all activations ever added can be told from H alone, and X need not be
 * kept. (Papers write tokens as columns, and H = 2 X Xᵀ.) An input that was 0 in every token is
 * <em>dead</em>: nothing is known of it.
 *
 * <p><b>Numbers.</b> Products of up to {@value #TOKENS} tokens are summed by the kernels in
 * float32, these sums in double. So H depends in its last float32 bits on how tokens were cut into
 * batches and on the kernels, but not on threads. Squares of values below 1e-19 vanish.
 *
 * <p><b>Cost.</b> n · in² / 2 multiply-adds, or somewhat more; 8 · in² bytes. Not thread-safe while
 * batches are added.
 *
 * <p>Source: Frantar et al., <i>GPTQ: Accurate Post-Training Quantization for Generative
 * Pre-trained Transformers</i>, 2022, section 3.1, equation 1 and what follows.
 */
public final class CalibrationStatistics {
  /** The largest magnitude that is taken: squares of a batch must fit float32. */
  public static final float MAX = 1e18f;

  /** How many tokens are multiplied at a time. */
  static final int TOKENS = 256;

  /** How many rows of H are computed at a time. */
  private static final int ROWS = 64;

  private final int inputs;

  /** Row-major; of H(i, j) those with i ≤ j. */
  private final double[] h;

  private final double[] magnitudes;
  private long tokens;

  /**
   * Statistics of no tokens.
   *
   * @param inputs the layer's width in
   * @throws IllegalArgumentException if {@code inputs < 1}, or in² passes what an array can hold
   */
  public CalibrationStatistics(int inputs) {
    this.inputs = Check.positive("inputs", inputs);
    h = new double[Check.elements("H", inputs, inputs)];
    magnitudes = new double[inputs];
  }

  /**
   * Adds activations X [n x in]; n may be 0.
   *
   * @param loop shares out the rows of H; any number of threads gives the same bits
   * @throws IllegalArgumentException if X has another width, or holds NaN, an infinity or a
   *     magnitude above {@link #MAX}; then nothing was added
   */
  public void add(Kernels kernels, Loop loop, Matrix x) {
    Check.that(
        x.cols() == inputs, "X is %s: it must have a column for each of %d inputs", x, inputs);
    for (int t = 0; t < x.rows(); t++) {
      checkRow(x, t);
    }
    for (int t = 0; t < x.rows(); t++) {
      for (int j = 0; j < inputs; j++) {
        magnitudes[j] += Math.abs(x.data()[x.index(t, j)]);
      }
    }
    tokens += x.rows();
    for (int first = 0; first < x.rows(); first += TOKENS) {
      Matrix some = x.rows(first, Math.min(first + TOKENS, x.rows()));
      loop.ranges(
          (inputs + ROWS - 1) / ROWS,
          (from, to) -> {
            float[] buffer = new float[Check.elements("rows of H", ROWS, inputs)];
            for (int b = from; b < to; b++) {
              addRows(kernels, some, b * ROWS, buffer);
            }
          });
    }
  }

  private static void checkRow(Matrix x, int t) {
    for (int j = 0; j < x.cols(); j++) {
      float value = x.data()[x.index(t, j)];
      if (!(Math.abs(value) <= MAX)) { // NaN too
        throw new IllegalArgumentException(
            String.format(
                "X(%d, %d) is %s: activations must be finite and at most %s in magnitude",
                t, j, value, MAX));
      }
    }
  }

  private void addRows(Kernels kernels, Matrix x, int from, float[] buffer) {
    int to = Math.min(from + ROWS, inputs);
    int width = inputs - from;
    // C = X[:, from..to]ᵀ X[:, from..in]   [rows x width]
    Matrix c = Matrix.view(buffer, 0, to - from, width, width);
    kernels.gemm(1, x.columns(from, to), Op.T, x.columns(from, inputs), Op.N, 0, c);
    for (int i = from; i < to; i++) {
      for (int j = i; j < inputs; j++) {
        h[i * inputs + j] += 2.0 * c.data()[c.index(i - from, j - from)];
      }
    }
  }

  /** The layer's width in. */
  public int inputs() {
    return inputs;
  }

  /** How many tokens were added. */
  public long tokens() {
    return tokens;
  }

  /**
   * H(i, j).
   *
   * @throws IllegalArgumentException if there are no such inputs
   */
  public double hessian(int i, int j) {
    Check.range("i", i, 0, inputs - 1);
    Check.range("j", j, 0, inputs - 1);
    return h(i, j);
  }

  /** H(i, j), unchecked. */
  double h(int i, int j) {
    return i <= j ? h[i * inputs + j] : h[j * inputs + i];
  }

  /**
   * The mean magnitude of input j; 0 if there are no tokens.
   *
   * @throws IllegalArgumentException if there is no such input
   */
  public double meanMagnitude(int j) {
    Check.range("j", j, 0, inputs - 1);
    return tokens == 0 ? 0 : magnitudes[j] / tokens;
  }

  /**
   * Whether input j was 0 in every token, or so small that its square is 0 in float32.
   *
   * @throws IllegalArgumentException if there is no such input
   */
  public boolean dead(int j) {
    return hessian(j, j) == 0;
  }

  /**
   * The statistics of the activations X diag(s)⁻¹: H(i, j) / (sᵢ sⱼ) and |x|ⱼ / sⱼ.
   *
   * @param s a scale for each input, finite and above 0
   * @throws IllegalArgumentException if they are not
   */
  public CalibrationStatistics divided(float[] s) {
    ScaledMatrix.checkScales(s, inputs);
    CalibrationStatistics scaled = new CalibrationStatistics(inputs);
    scaled.tokens = tokens;
    for (int i = 0; i < inputs; i++) {
      scaled.magnitudes[i] = magnitudes[i] / s[i];
      for (int j = i; j < inputs; j++) {
        scaled.h[i * inputs + j] = h[i * inputs + j] / s[i] / s[j];
      }
    }
    return scaled;
  }

  /**
   * tr((W - Ŵ) H (W - Ŵ)ᵀ) = 2 ‖X Wᵀ - X Ŵᵀ‖²: what quantising did to the outputs. out · in² / 2
   * multiply-adds in double.
   *
   * @param loop shares out the rows of W; any number of threads gives the same bits
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public double error(Loop loop, Matrix w, QuantizedMatrix quantized) {
    checkWeights(w);
    Check.shape("W", w, quantized.rows(), quantized.cols());
    return QuadraticForm.trace(
        loop,
        h,
        inputs,
        w.rows(),
        (i, into) -> {
          float[] row = new float[inputs];
          quantized.dequantizeRow(i, row, 0);
          for (int j = 0; j < inputs; j++) {
            into[j] = (double) w.data()[w.index(i, j)] - row[j];
          }
        });
  }

  /**
   * tr(W H Wᵀ) = 2 ‖X Wᵀ‖²: the outputs that {@link #error} is to be compared with.
   *
   * @throws IllegalArgumentException if W is not [out x in]
   */
  public double signal(Loop loop, Matrix w) {
    checkWeights(w);
    return QuadraticForm.trace(
        loop,
        h,
        inputs,
        w.rows(),
        (i, into) -> {
          for (int j = 0; j < inputs; j++) {
            into[j] = w.data()[w.index(i, j)];
          }
        });
  }

  /**
   * ‖X Wᵀ - X Ŵᵀ‖ / ‖X Wᵀ‖ = √(error / signal); 0 if nothing changed, ∞ if all outputs were 0 and
   * no longer are.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public double relativeError(Loop loop, Matrix w, QuantizedMatrix quantized) {
    return relative(error(loop, w, quantized), signal(loop, w));
  }

  static double relative(double error, double signal) {
    return error == 0 ? 0 : Math.sqrt(error / signal);
  }

  /** The same over the inputs from..from+n-1 alone, for one row of differences. */
  double errorOfGroup(double[] difference, int from, int n) {
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      double inner = h[i * inputs + i] * difference[i] / 2;
      for (int j = i + 1; j < from + n; j++) {
        inner += h[i * inputs + j] * difference[j];
      }
      sum += 2 * difference[i] * inner;
    }
    return Math.max(0, sum);
  }

  /** Refuses weights of another width, and statistics of nothing. */
  void checkWeights(Matrix w) {
    Check.that(
        w.cols() == inputs,
        "W is %s and the statistics are of %d inputs: W must be out x in",
        w,
        inputs);
    Check.that(tokens > 0, "there are no calibration activations: add some before");
  }
}
