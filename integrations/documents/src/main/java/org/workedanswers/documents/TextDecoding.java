package org.workedanswers.documents;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * From bytes whose encoding nobody told to text.
 *
 * <p>A byte order mark is believed. Else what is UTF-8 is UTF-8, and what is it but for a few bytes
 * is damaged UTF-8. Else it is taken for windows-1252 if no byte speaks against that: no control
 * characters, none of the five bytes that it does not have, and more letters of ASCII than bytes
 * beyond it, as in the languages that it was made for. All other bytes are refused rather than
 * guessed at, and so is text that is full of control characters.
 *
 * @param text the text, without the mark
 * @param encoding what it was read as
 */
record TextDecoding(String text, String encoding) {
  static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private static final String NOT_TEXT = "it is not text, or in an encoding that it does not tell";

  /** Of UTF-8 that is damaged so many whole characters for a broken one. */
  private static final int WHOLE_FOR_BROKEN = 10;

  /** Text has at most one control character in so many. */
  private static final int FOR_ONE_CONTROL = 1000;

  private record Mark(byte[] bytes, Charset charset) {
    boolean begins(byte[] file) {
      return file.length >= bytes.length
          && java.util.Arrays.equals(file, 0, bytes.length, bytes, 0, bytes.length);
    }
  }

  /** Longer ones first: UTF-32's begins with UTF-16's. */
  private static final List<Mark> MARKS =
      List.of(
          new Mark(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 0}, Charset.forName("UTF-32LE")),
          new Mark(new byte[] {0, 0, (byte) 0xfe, (byte) 0xff}, Charset.forName("UTF-32BE")),
          new Mark(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, StandardCharsets.UTF_8),
          new Mark(new byte[] {(byte) 0xff, (byte) 0xfe}, StandardCharsets.UTF_16LE),
          new Mark(new byte[] {(byte) 0xfe, (byte) 0xff}, StandardCharsets.UTF_16BE));

  /** Whether the bytes begin with a byte order mark. */
  static boolean marked(byte[] bytes) {
    return MARKS.stream().anyMatch(mark -> mark.begins(bytes));
  }

  /**
   * Decodes a file.
   *
   * @throws UnreadableDocumentException if it is not text, or its encoding can't be told
   */
  static TextDecoding of(byte[] bytes) throws UnreadableDocumentException {
    TextDecoding decoded = decode(bytes);
    checkIsText(decoded.text);
    return decoded;
  }

  private static TextDecoding decode(byte[] bytes) throws UnreadableDocumentException {
    for (Mark mark : MARKS) {
      if (mark.begins(bytes)) {
        return marked(bytes, mark);
      }
    }
    try {
      return new TextDecoding(strictly(ByteBuffer.wrap(bytes), StandardCharsets.UTF_8), "UTF-8");
    } catch (CharacterCodingException e) {
      String lenient = new String(bytes, StandardCharsets.UTF_8);
      long broken = lenient.chars().filter(c -> c == 0xfffd).count();
      long whole = lenient.chars().filter(c -> c > 0x7f && c != 0xfffd).count();
      return whole / WHOLE_FOR_BROKEN >= broken
          ? new TextDecoding(lenient, "UTF-8, damaged")
          : windows1252(bytes);
    }
  }

  private static TextDecoding marked(byte[] bytes, Mark mark) throws UnreadableDocumentException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, mark.bytes.length, bytes.length - mark.bytes.length);
    try {
      return new TextDecoding(strictly(rest, mark.charset), mark.charset.name());
    } catch (CharacterCodingException e) {
      throw new UnreadableDocumentException(
          "it begins with the mark of "
              + mark.charset.name()
              + ", but byte "
              + rest.position()
              + " is not of that",
          e);
    }
  }

  private static String strictly(ByteBuffer bytes, Charset charset)
      throws CharacterCodingException {
    return charset
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT)
        .decode(bytes)
        .toString();
  }

  /** Bytes that are not UTF-8. */
  private static TextDecoding windows1252(byte[] bytes) throws UnreadableDocumentException {
    int letters = 0;
    int beyond = 0;
    for (byte b : bytes) {
      boolean space = b == '\t' || b == '\n' || b == '\f' || b == '\r';
      if (b >= 0 && b < ' ' && !space || b == 0x7f || undefined(b & 0xff)) {
        throw new UnreadableDocumentException(NOT_TEXT);
      }
      if (b < 0) {
        beyond++;
      } else if ('a' <= (b | 0x20) && (b | 0x20) <= 'z') {
        letters++;
      }
    }
    if (beyond > letters) {
      throw new UnreadableDocumentException(NOT_TEXT);
    }
    return new TextDecoding(new String(bytes, WINDOWS_1252), "windows-1252");
  }

  private static boolean undefined(int b) {
    return b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d;
  }

  /**
   * Refuses what only looks like text because every byte of it happens to be a character.
   *
   * @throws UnreadableDocumentException if more than one in a thousand is a control character
   */
  static void checkIsText(String text) throws UnreadableDocumentException {
    long controls = text.chars().filter(TextDecoding::control).count();
    if (controls * FOR_ONE_CONTROL > text.length()) {
      throw new UnreadableDocumentException(
          String.format(
              "it is not text: %d of its %d characters are control characters",
              controls, text.length()));
    }
  }

  /** Escape stays: logs are coloured by it. */
  private static boolean control(int c) {
    return c < ' ' && (c < '\b' || c > '\r') && c != 0x1b || c == 0x7f;
  }
}
