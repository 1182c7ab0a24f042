package org.workedanswers.quantization;

/**
 * A block of a GGUF file as weights: {@link GgufType} writes it too, {@link GgufKType} only reads.
 */
public interface GgufBlockFormat {
  /** Weights in a block. */
  int blockSize();

  /** Bytes of a block. */
  int blockBytes();

  /**
   * Widens one block.
   *
   * @param in holds the block's {@link #blockBytes} from {@code at} on
   * @param x gets the block's {@link #blockSize} weights from {@code to} on
   * @throws IndexOutOfBoundsException if either does not have as many
   */
  void widen(byte[] in, int at, float[] x, int to);
}
