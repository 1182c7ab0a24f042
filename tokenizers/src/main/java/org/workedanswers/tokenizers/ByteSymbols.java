package org.workedanswers.tokenizers;

import java.util.Arrays;

/**
 * A character for each byte, so that pieces of bytes can be written down: printable Latin-1 stands
 * for itself, the other 68 bytes follow from U+0100 on. A space is Ġ.
 *
 * <p>GPT-2's {@code encoder.py}, {@code bytes_to_unicode}.
 */
final class ByteSymbols {
  private static final char[] SYMBOLS = new char[256];
  private static final int[] BYTES = new int[0x100 + 68];

  static {
    Arrays.fill(BYTES, -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      SYMBOLS[b] = printable ? (char) b : next++;
      BYTES[SYMBOLS[b]] = b;
    }
  }

  private ByteSymbols() {}

  /** The character for a byte. */
  static char symbol(int b) {
    return SYMBOLS[b & 0xFF];
  }

  /** The characters for bytes. */
  static String symbols(byte[] bytes) {
    char[] symbols = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      symbols[i] = symbol(bytes[i]);
    }
    return new String(symbols);
  }

  /** The bytes of a piece, or null if a character of it stands for none. */
  static byte[] bytes(String piece) {
    byte[] bytes = new byte[piece.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = piece.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }
}
