package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.Awq;
import org.workedanswers.quantization.CalibrationStatistics;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.Gptq;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.quantization.ScaledMatrix;

/** How weights find their codes, what a calibration text tells of their inputs being at hand. */
public enum RoundingMethod {
  /** Each weight for itself. */
  NEAREST("nearest"),
  /** {@link Gptq}. */
  GPTQ("gptq"),
  /** {@link Gptq}, large inputs first. */
  GPTQ_ORDER("gptq-order"),
  /** {@link Awq}; layers that read the same inputs share their scales. */
  AWQ("awq");

  private final String label;

  RoundingMethod(String label) {
    this.label = label;
  }

  /**
   * The method of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RoundingMethod named(String name) {
    return Arrays.stream(values())
        .filter(m -> m.label.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        "there is no method '%s': there are %s",
                        name,
                        Arrays.stream(values())
                            .map(m -> m.label)
                            .collect(Collectors.joining(", ")))));
  }

  /**
   * Rounds matrices W [out x in] that read the same x.
   *
   * @param x what is known of it; not looked at by {@link #NEAREST}
   * @return Ŵ of each, a {@link ScaledMatrix} by {@link #AWQ}, all with the same scales
   * @throws IllegalArgumentException if the format can't take the weights
   */
  public List<QuantizedMatrix> round(
      Loop loop, List<Matrix> weights, CalibrationStatistics x, Format format) {
    List<QuantizedMatrix> rounded = new ArrayList<>();
    float[] s = this == AWQ ? scales(loop, weights, x, format) : null;
    for (Matrix w : weights) {
      rounded.add(
          switch (this) {
            case NEAREST -> format.quantize(loop, w);
            case GPTQ -> Gptq.paper().quantize(loop, w, x, format).weights();
            case GPTQ_ORDER ->
                Gptq.paper().inActivationOrder().quantize(loop, w, x, format).weights();
            case AWQ -> new ScaledMatrix(format.quantize(loop, multiplied(w, s)), s);
          });
    }
    return rounded;
  }

  /** The scales that are best for all of them, one below the other. */
  private static float[] scales(
      Loop loop, List<Matrix> weights, CalibrationStatistics x, Format format) {
    Matrix all = Matrix.zeros(weights.stream().mapToInt(Matrix::rows).sum(), x.inputs());
    int at = 0;
    for (Matrix w : weights) {
      all.rows(at, at + w.rows()).set(w);
      at += w.rows();
    }
    return Awq.paper().quantize(loop, all, x, format).weights().scales();
  }

  private static Matrix multiplied(Matrix w, float[] s) {
    Matrix scaled = w.copy();
    for (int i = 0; i < w.rows(); i++) {
      for (int j = 0; j < s.length; j++) {
        scaled.set(i, j, w.get(i, j) * s[j]);
      }
    }
    return scaled;
  }

  @Override
  public String toString() {
    return label;
  }
}
