package org.workedanswers.quantization;

/**
 * What {@link Gptq} gives, and its working.
 *
 * @param weights Ŵ [out x in], of the type that the format has
 * @param order the inputs in the order in which their columns were rounded
 * @param lambda λ, what was added to H's diagonal
 * @param dead how many inputs no token used
 * @param signal tr(W H Wᵀ), H without λ, as in the two errors
 * @param roundingError tr((W - Ŵ) H (W - Ŵ)ᵀ) with Ŵ rounded to nearest: the error before
 * @param error tr((W - Ŵ) H (W - Ŵ)ᵀ) with these weights: the error after
 */
public record GptqResult(
    QuantizedMatrix weights,
    int[] order,
    double lambda,
    int dead,
    double signal,
    double roundingError,
    double error) {
  /** ‖X Wᵀ - X Ŵᵀ‖ / ‖X Wᵀ‖ on the calibration activations, Ŵ rounded to nearest. */
  public double relativeRoundingError() {
    return CalibrationStatistics.relative(roundingError, signal);
  }

  /** ‖X Wᵀ - X Ŵᵀ‖ / ‖X Wᵀ‖ on the calibration activations. */
  public double relativeError() {
    return CalibrationStatistics.relative(error, signal);
  }
}
