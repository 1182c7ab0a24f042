package org.workedanswers.tokenizers;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text from UTF-8 that comes in parts. The bytes of a character that is not finished, three at
 * most, are held back until the rest comes. What is no UTF-8 becomes U+FFFD, one for each longest
 * part that could have begun a character (the Unicode Standard, section 3.9).
 *
 * <p>It is not for several threads at once.
 */
public final class Utf8Decoder {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] held = new byte[0];

  /** Makes one that holds nothing. */
  public Utf8Decoder() {}

  /** The characters that these bytes finish. */
  public String next(byte[] bytes) {
    return decode(bytes, false);
  }

  /** What was held back, as U+FFFD; empty if nothing was. It can be used anew after. */
  public String finish() {
    String rest = decode(new byte[0], true);
    decoder.reset();
    return rest;
  }

  private String decode(byte[] bytes, boolean end) {
    ByteBuffer in = ByteBuffer.allocate(held.length + bytes.length).put(held).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining()); // no character has more chars than bytes
    decoder.decode(in, out, end);
    held = new byte[in.remaining()];
    in.get(held);
    return out.flip().toString();
  }
}
