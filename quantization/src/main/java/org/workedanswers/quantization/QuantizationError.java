package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * What quantising did to a matrix, summed in double precision over its n elements.
 *
 * @param rmse √(Σ (ŵ - w)² / n), in w's units
 * @param meanAbsolute Σ |ŵ - w| / n
 * @param max max |ŵ - w|
 * @param relative √(Σ (ŵ - w)² / Σ w²); 0 if nothing changed, ∞ if w was all zeros and ŵ is not
 */
public record QuantizationError(double rmse, double meanAbsolute, double max, double relative) {
  /**
   * The signal-to-noise ratio in decibels, 10 log₁₀ (Σ w² / Σ (ŵ - w)²): 6.02 dB are one bit. ∞ if
   * nothing changed.
   */
  public double signalToNoise() {
    return -20 * Math.log10(relative);
  }

  /**
   * The error of the weights: ŵ against w, one row widened at a time.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static QuantizationError ofWeights(Matrix w, QuantizedMatrix quantized) {
    Check.shape("W", w, quantized.rows(), quantized.cols());
    Sums sums = new Sums();
    float[] row = new float[w.cols()];
    for (int i = 0; i < w.rows(); i++) {
      quantized.dequantizeRow(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        sums.add(w.data()[w.index(i, j)], row[j]);
      }
    }
    return sums.error();
  }

  /**
   * The error of the output: X Ŵᵀ against X Wᵀ, for activations X [n x cols]. It is what the next
   * layer sees; errors of single weights partly cancel in it, or do not, depending on X.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static QuantizationError ofOutput(
      Kernels kernels, Loop loop, Matrix w, QuantizedMatrix quantized, Matrix x) {
    Check.shape("W", w, quantized.rows(), quantized.cols());
    Matrix y = Matrix.zeros(x.rows(), w.rows());
    quantized.multiplyTransposed(kernels, loop, x, y);
    return between(kernels.multiplyTransposed(x, w), y);
  }

  /**
   * The error of any matrix against another of its shape.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static QuantizationError between(Matrix exact, Matrix approximate) {
    Check.shape("the approximation", approximate, exact.rows(), exact.cols());
    Sums sums = new Sums();
    for (int i = 0; i < exact.rows(); i++) {
      for (int j = 0; j < exact.cols(); j++) {
        sums.add(exact.data()[exact.index(i, j)], approximate.data()[approximate.index(i, j)]);
      }
    }
    return sums.error();
  }

  private static final class Sums {
    private long n;
    private double signal;
    private double noise;
    private double absolute;
    private double max;

    void add(double exact, double approximate) {
      double e = Math.abs(approximate - exact);
      n++;
      signal += exact * exact;
      noise += e * e;
      absolute += e;
      max = Math.max(max, e);
    }

    QuantizationError error() {
      double relative = noise == 0 ? 0 : Math.sqrt(noise / signal);
      return n == 0
          ? new QuantizationError(0, 0, 0, 0)
          : new QuantizationError(Math.sqrt(noise / n), absolute / n, max, relative);
    }
  }
}
