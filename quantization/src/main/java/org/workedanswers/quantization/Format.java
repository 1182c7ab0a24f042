package org.workedanswers.quantization;

import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A way to write a weight matrix in fewer bits: what a code is, how many weights share a scale, and
 * what is stored beside the codes.
 *
 * <p>Bytes can be asked for without weights, so that a model that does not fit here can still be
 * weighed: {@link #storageBytes} is the formula, {@link QuantizedMatrix#storageBytes} the count of
 * what is really held, and they are the same number.
 */
public interface Format {
  /** The short name with its settings, as in {@code Q8_0} or {@code INT4 g128}. */
  String name();

  /** Bits of one code; scales and zero points not counted. */
  int payloadBits();

  /**
   * Bytes that a rows x cols matrix takes in this format: codes, scales and zero points.
   *
   * @throws IllegalArgumentException if a size is below 1 or the format can't cut such a row
   * @throws ArithmeticException if the number passes a {@code long}
   */
  long storageBytes(long rows, long cols);

  /** Bits per weight of a rows x cols matrix, all counted: 8 · storageBytes / (rows · cols). */
  default double bitsPerWeight(long rows, long cols) {
    return 8.0 * storageBytes(rows, cols) / ((double) rows * cols);
  }

  /**
   * Returns W [rows x cols] in this format; W is copied from and left alone.
   *
   * @param loop shares out the rows; any number of threads gives the same bits
   * @throws IllegalArgumentException if W is empty, holds NaN or an infinity (the message names the
   *     element), has rows that the format can't cut, or a scale would overflow its type
   */
  QuantizedMatrix quantize(Loop loop, Matrix w);

  /** {@link #quantize(Loop, Matrix)} on the caller's thread. */
  default QuantizedMatrix quantize(Matrix w) {
    return quantize(Loop.sequential(), w);
  }
}
