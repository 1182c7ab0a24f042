package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/** Files that tests read. */
final class Parsed {
  private Parsed() {}

  static Document of(DocumentParser parser, byte[] bytes) {
    try {
      Document document = Parsing.parse(parser, bytes, "name");
      assertWritable(document.text());
      assertWritable(document.title());
      return document;
    } catch (UnreadableDocumentException e) {
      throw new AssertionError(e);
    }
  }

  static Document of(DocumentParser parser, String text) {
    return of(parser, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Why a file is refused. */
  static String refused(DocumentParser parser, byte[] bytes) {
    return assertThrows(
            UnreadableDocumentException.class, () -> Parsing.parse(parser, bytes, "name"))
        .getMessage();
  }

  static byte[] bytes(String text, String charset) {
    return text.getBytes(Charset.forName(charset));
  }

  /** Bytes that are written as hexadecimal numbers. */
  static byte[] hex(String digits) {
    return java.util.HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static void assertWritable(String text) {
    assertFalse(text.indexOf(0) >= 0, "U+0000");
    assertFalse(text.indexOf('\r') >= 0, "a carriage return");
    assertFalse(text.codePoints().anyMatch(c -> 0xd800 <= c && c <= 0xdfff), "half a character");
  }
}
