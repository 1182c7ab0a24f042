package org.workedanswers.quantization;

/**
 * Codes of 2, 3, 4 or 8 bits in a byte array; the first of a byte stands in its lowest bits. A code
 * of 3 bits may begin in one byte and end in the next.
 */
final class BitPacking {
  private BitPacking() {}

  /** Bytes for {@code count} codes; the last byte may be filled in part. */
  static long bytes(long count, int bits) {
    return (count * bits + 7) / 8;
  }

  static int get(byte[] packed, int offset, int index, int bits) {
    if (bits == 3) {
      long bit = 3L * index;
      int at = offset + (int) (bit >> 3);
      int shift = (int) (bit & 7);
      int two = packed[at] & 0xFF | (shift > 5 ? (packed[at + 1] & 0xFF) << 8 : 0);
      return two >> shift & 7;
    }
    // Shifts: divisions by a variable would take longer than all the rest.
    int perByteLog = bits == 8 ? 0 : bits == 4 ? 1 : 2;
    int shift = (index & ((1 << perByteLog) - 1)) * bits;
    return (packed[offset + (index >> perByteLog)] >> shift) & ((1 << bits) - 1);
  }

  /** Sets a code that was 0 before. */
  static void put(byte[] packed, int offset, int index, int bits, int code) {
    if (bits == 3) {
      long bit = 3L * index;
      int at = offset + (int) (bit >> 3);
      int shifted = code << (bit & 7);
      packed[at] |= (byte) shifted;
      if (shifted > 0xFF) {
        packed[at + 1] |= (byte) (shifted >> 8);
      }
      return;
    }
    int perByte = 8 / bits;
    int shift = index % perByte * bits;
    packed[offset + index / perByte] |= (byte) (code << shift);
  }
}
