package org.workedanswers.tokenizers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of a tokenizer, which are small and may be anyone's. */
final class TextFile {
  /** The largest that is read; published ones have a few megabytes. */
  static final int MAX_BYTES = 1 << 26;

  private TextFile() {}

  /**
   * A file's bytes.
   *
   * @throws IllegalArgumentException if it can't be read or has more than {@link #MAX_BYTES}
   */
  static byte[] bytes(Path file) {
    Require.that(file != null, "there is no file: null");
    Require.that(Files.isRegularFile(file), "%s is no file that can be read", file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      Require.that(
          bytes.length <= MAX_BYTES, "%s has more than %d bytes: no tokenizer's", file, MAX_BYTES);
      return bytes;
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read: " + e, e);
    }
  }

  /** A file's lines, without their ends; the last may lack its own. */
  static List<String> lines(Path file) {
    return lines(file.toString(), bytes(file));
  }

  /**
   * The lines of a text in UTF-8.
   *
   * @param name what it is, for messages
   * @throws IllegalArgumentException if it is no UTF-8
   */
  static List<String> lines(String name, byte[] bytes) {
    String text = utf8(name, ByteBuffer.wrap(bytes));
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      lines.add(text.substring(from, to > from && text.charAt(to - 1) == '\r' ? to - 1 : to));
      from = to + 1;
    }
    return lines;
  }

  /**
   * A text in UTF-8.
   *
   * @param name what it is, for messages
   * @throws IllegalArgumentException if it is no UTF-8
   */
  static String utf8(String name, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(name + " is not in UTF-8", e);
    }
  }
}
