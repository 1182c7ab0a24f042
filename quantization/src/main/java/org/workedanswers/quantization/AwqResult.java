package org.workedanswers.quantization;

/**
 * What {@link Awq} gives, and its working.
 *
 * @param weights Ŵ [out x in] as weights of scaled inputs
 * @param alpha α*, the exponent that was best
 * @param alphas the exponents that were tried
 * @param errors tr((W - Ŵ) H (W - Ŵ)ᵀ) for each; the first, α = 0, is rounding to nearest
 * @param signal tr(W H Wᵀ)
 * @param clipped whether groups were cut off
 * @param error tr((W - Ŵ) H (W - Ŵ)ᵀ) with these weights
 */
public record AwqResult(
    ScaledMatrix weights,
    double alpha,
    double[] alphas,
    double[] errors,
    double signal,
    boolean clipped,
    double error) {
  /** ‖X Wᵀ - X Ŵᵀ‖ / ‖X Wᵀ‖ on the calibration activations, Ŵ rounded to nearest. */
  public double relativeRoundingError() {
    return CalibrationStatistics.relative(errors[0], signal);
  }

  /** ‖X Wᵀ - X Ŵᵀ‖ / ‖X Wᵀ‖ on the calibration activations. */
  public double relativeError() {
    return CalibrationStatistics.relative(error, signal);
  }
}
