package org.workedanswers.rag;

import org.workedanswers.core.Check;

/**
 * A document's length in one byte, as Lucene keeps it ({@code SmallFloat.intToByte4}): 0 to 40 are
 * exact, of longer ones the part above 24 is cut to four significant bits.
 *
 * <p>The codes of 0..39 are the lengths themselves. Above, r = length - 24 is kept as m · 2ˢ with m
 * in 8..15, and its code is 24 + 8 s + m. The longest, 2³¹ - 1, gets code 255.
 */
final class OneByteLength {
  private static final int EXACT = 24;

  private OneByteLength() {}

  /** The code of a length, 0..255; a longer document never gets a smaller one. */
  static int encode(int length) {
    Check.that(length >= 0, "length is %d: it must not be negative", length);
    if (length < EXACT) {
      return length;
    }
    int r = length - EXACT;
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(r);
    int s = Math.max(0, bits - 4);
    return EXACT + 8 * s + (r >>> s);
  }

  /** The shortest length that has this code. */
  static int decode(int code) {
    Check.range("code", code, 0, 255);
    int c = code - EXACT;
    if (c < 16) {
      return code;
    }
    int s = c / 8 - 1;
    return EXACT + ((8 + c % 8) << s);
  }

  /** The length that is left of {@code length} after a byte has held it. */
  static int round(int length) {
    return decode(encode(length));
  }
}
