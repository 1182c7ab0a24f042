package org.workedanswers.documents;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * Bytes as text, by the first of these that fits:
 *
 * <ol>
 *   <li>a byte order mark: UTF-8, UTF-16 or UTF-32
 *   <li>UTF-8, without an error
 *   <li>Windows-1252, where no byte is a control character of that or of ASCII
 * </ol>
 *
 * What holds more than a few control characters is no text.
 *
 * @param text with line ends as \n, without U+0000 and halves of characters
 * @param charset what it was read as
 */
record PlainText(String text, Charset charset) {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
  private static final int CONTROLS_PER_MILLE = 2;

  /** Reads bytes. */
  static PlainText of(byte[] bytes) throws UnreadableDocumentException {
    int[] mark = new int[1];
    Charset marked = marked(bytes, mark);
    PlainText text;
    if (marked != null) {
      text = decoded(bytes, mark[0], marked);
      if (text == null) {
        throw new UnreadableDocumentException(
            "its mark says " + marked + ", and it holds bytes that are not");
      }
    } else {
      text = decoded(bytes, 0, StandardCharsets.UTF_8);
      if (text == null && isWindows1252(bytes)) {
        text = decoded(bytes, 0, WINDOWS_1252);
      }
    }
    if (text == null || controls(text.text()) > text.text().length() / 1000 * CONTROLS_PER_MILLE) {
      throw new UnreadableDocumentException("it is not text");
    }
    return new PlainText(clean(text.text()), text.charset());
  }

  private static Charset marked(byte[] b, int[] length) {
    String[] names = {"UTF-32BE", "UTF-32LE", "UTF-8", "UTF-16BE", "UTF-16LE"};
    int[][] marks = {
      {0, 0, 0xfe, 0xff}, {0xff, 0xfe, 0, 0}, {0xef, 0xbb, 0xbf}, {0xfe, 0xff}, {0xff, 0xfe}
    };
    for (int i = 0; i < marks.length; i++) {
      boolean same = b.length >= marks[i].length;
      for (int j = 0; same && j < marks[i].length; j++) {
        same = (b[j] & 0xff) == marks[i][j];
      }
      if (same) {
        length[0] = marks[i].length;
        return Charset.forName(names[i]);
      }
    }
    return null;
  }

  /** Null where a byte does not fit. */
  private static PlainText decoded(byte[] bytes, int from, Charset charset) {
    try {
      String text =
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
              .toString();
      return new PlainText(text, charset);
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isWindows1252(byte[] bytes) {
    for (byte b : bytes) {
      int c = b & 0xff;
      boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f;
      boolean undefined = c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d;
      if (control || undefined) {
        return false;
      }
    }
    return true;
  }

  private static int controls(String text) {
    int controls = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) {
        controls++;
      }
    }
    return controls;
  }

  /** Line ends as \n; U+FFFD in place of U+0000 and of halves of characters. */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r') {
        if (i + 1 == text.length() || text.charAt(i + 1) != '\n') {
          clean.append('\n');
        }
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        clean.append(c).append(text.charAt(++i));
      } else {
        clean.append(c == 0 || Character.isSurrogate(c) ? '\ufffd' : c);
      }
    }
    return clean.toString();
  }
}
