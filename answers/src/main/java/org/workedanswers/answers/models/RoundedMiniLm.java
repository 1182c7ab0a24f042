package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.CalibrationStatistics;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.transformer.Calibration;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.NamedLinear;

/**
 * all-MiniLM-L6-v2 with the matrices of its layers in fewer bits. They are widened to float32
 * again: what is lost is the rounding's alone. Tables, norms and biases stay.
 *
 * @param encoder the model
 * @param bytes of its 36 matrices, all counted that widening needs
 * @param weights how many they hold
 */
public record RoundedMiniLm(Encoder encoder, long bytes, long weights) {
  /**
   * What the matrices are rounded to, and how.
   *
   * @param name both, as in {@code int4-gptq}; to nearest where no method is named
   */
  public record Rounding(String name, ModelFormat format, RoundingMethod method) {
    /**
     * The rounding of that name: a {@linkplain ModelFormat#named format}, or one with a {@linkplain
     * RoundingMethod#named method} behind a dash.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Rounding named(String name) {
      int dash = name.indexOf('-');
      if (dash < 0) {
        return new Rounding(name, ModelFormat.named(name), RoundingMethod.NEAREST);
      }
      String format = name.substring(0, dash);
      RoundingMethod method = RoundingMethod.named(name.substring(dash + 1));
      Check.that(
          method == RoundingMethod.NEAREST || !format.equals("f16"),
          "%s: in f16 every weight is rounded for itself: it takes no method",
          name);
      return new Rounding(name, ModelFormat.named(format), method);
    }
  }

  /**
   * Rounds.
   *
   * @param sequences tokens of a calibration text; not looked at where each weight is rounded for
   *     itself
   * @throws IllegalArgumentException if a matrix is no whole blocks, or there is no token
   */
  public static RoundedMiniLm of(Rounding rounding, List<int[]> sequences, Workbench bench) {
    long[] size = new long[2]; // bytes, weights
    if (rounding.method() == RoundingMethod.NEAREST) {
      Encoder nearest =
          MiniLm.model()
              .encoder(layer -> rounded(rounding, List.of(layer), null, bench, size).get(0));
      return new RoundedMiniLm(nearest, size[0], size[1]);
    }
    Calibration calibration =
        new Calibration((readers, x) -> rounded(rounding, readers, x, bench, size));
    Encoder encoder = MiniLm.model().encoder(calibration);
    calibration.run(
        Compute.plain(bench.kernels(), bench.loop()),
        encoder.embeddings(),
        encoder.stack(),
        sequences);
    return new RoundedMiniLm(encoder, size[0], size[1]);
  }

  private static List<Linear> rounded(
      Rounding rounding,
      List<NamedLinear> readers,
      CalibrationStatistics x,
      Workbench bench,
      long[] size) {
    int in = readers.get(0).in();
    Optional<Format> format = rounding.format().of(in);
    Format fits =
        format.orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format("rows of %d are no whole blocks of %s", in, rounding.name())));
    List<Matrix> w = readers.stream().map(r -> r.weights().get()).toList();
    List<QuantizedMatrix> found = rounding.method().round(bench.loop(), w, x, fits);
    List<Linear> layers = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      size[0] += found.get(i).storageBytes();
      size[1] += (long) found.get(i).rows() * in;
      layers.add(Linear.dense(found.get(i).dequantize(), readers.get(i).bias()));
    }
    return layers;
  }
}
