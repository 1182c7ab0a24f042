package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.documents.Parsed.bytes;
import static org.workedanswers.documents.Parsed.hex;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.rag.ingest.Document;

class TextParserTest {
  private static final TextParser PARSER = new TextParser();

  /** Bytes written by hand, from the encodings' tables. */
  @ParameterizedTest
  @CsvSource({
    "'63 61 66 c3 a9 20 f0 9f 98 80', UTF-8",
    "'ef bb bf 63 61 66 c3 a9 20 f0 9f 98 80', UTF-8",
    "'fe ff 00 63 00 61 00 66 00 e9 00 20 d8 3d de 00', UTF-16BE",
    "'ff fe 63 00 61 00 66 00 e9 00 20 00 3d d8 00 de', UTF-16LE",
    "'ff fe 00 00 63 00 00 00 61 00 00 00 66 00 00 00 e9 00 00 00 20 00 00 00 00 f6 01 00', UTF-32LE",
    "'00 00 fe ff 00 00 00 63 00 00 00 61 00 00 00 66 00 00 00 e9 00 00 00 20 00 01 f6 00', UTF-32BE",
  })
  void unicodeIsReadByItsMarkOrAsUtf8(String hex, String encoding) {
    Document document = Parsed.of(PARSER, hex(hex));
    assertEquals("caf\u00e9 \ud83d\ude00", document.text());
    assertEquals(Map.of("encoding", encoding), document.metadata());
    assertEquals("", document.title());
  }

  @Test
  void oneBytesOfWesternEuropeAreWindows1252() {
    Document document =
        Parsed.of(PARSER, hex("93 6e 61 ef 76 65 94 20 35 80 20 96 20 4d fc 6c 6c"));
    assertEquals("\u201cna\u00efve\u201d 5\u20ac \u2013 M\u00fcll", document.text());
    assertEquals("windows-1252", document.metadata().get("encoding"));
  }

  @Test
  void aFewBrokenBytesDoNotMakeUtf8AnotherEncoding() {
    byte[] bytes =
        bytes(
            "Gr\u00fc\u00dfe aus K\u00f6ln, sch\u00f6ne Gr\u00fc\u00dfe und \u00dcbung \u00f6\u00f6\u00f6\u00f6",
            "UTF-8");
    bytes[3] = 'x'; // the second half of an u with dots
    Document document = Parsed.of(PARSER, bytes);
    assertTrue(document.text().startsWith("Gr\ufffdx\u00dfe aus K\u00f6ln"), document.text());
    assertEquals("UTF-8, damaged", document.metadata().get("encoding"));
  }

  @ParameterizedTest
  @CsvSource({
    "windows-1251, '\u0412\u0441\u0435 \u0441\u0447\u0430\u0441\u0442\u043b\u0438\u0432\u044b\u0435 \u0441\u0435\u043c\u044c\u0438'",
    "KOI8-R, '\u0412\u0441\u0435 \u0441\u0447\u0430\u0441\u0442\u043b\u0438\u0432\u044b\u0435 \u0441\u0435\u043c\u044c\u0438'",
    "Shift_JIS, '\u65e5\u672c\u8a9e\u306e\u6587\u66f8\u3067\u3059'",
    "GB18030, '\u4e2d\u6587\u6587\u4ef6\u7684\u5185\u5bb9'",
    "UTF-16LE, 'no mark ahead of it'",
  })
  void anEncodingThatIsNotToldIsNotGuessed(String charset, String text) {
    String reason = Parsed.refused(PARSER, bytes(text, charset));
    assertTrue(reason.startsWith("it is not text"), reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7f 45 4c 46 02 01 01 00 00 00 00 00", // ELF
        "89 50 4e 47 0d 0a 1a 0a 00 00 00 0d", // PNG
        "50 4b 03 04 14 00 00 00 08 00", // ZIP
        "61 00 62",
        "61 01 62",
        "61 62 e9 7f",
        "61 62 63 81",
      })
  void whatIsBinaryIsRefused(String hex) {
    String reason = Parsed.refused(PARSER, hex(hex));
    assertTrue(reason.startsWith("it is not text"), reason);
  }

  @Test
  void aMarkThatLiesIsNamed() {
    assertEquals(
        "it begins with the mark of UTF-8, but byte 4 is not of that",
        Parsed.refused(PARSER, hex("ef bb bf 61 ff 61")));
    assertTrue(Parsed.refused(PARSER, hex("ff fe 61 00 00 d8")).contains("UTF-16LE"));
    assertTrue(Parsed.refused(PARSER, hex("ff fe 61 00 62")).contains("UTF-16LE"));
  }

  @Test
  void lineEndsAndAStrayZeroArePutRight() {
    String log = "line\r\nline\rline\n".repeat(100);
    Document document = Parsed.of(PARSER, log + "\0");
    assertEquals("line\nline\nline\n".repeat(100) + "\ufffd", document.text());
    assertEquals("\u001b[31mred\u001b[0m\n", Parsed.of(PARSER, "\u001b[31mred\u001b[0m\r").text());
  }

  @Test
  void nothingIsAnEmptyText() {
    assertEquals("", Parsed.of(PARSER, new byte[0]).text());
    assertEquals("", Parsed.of(PARSER, hex("ef bb bf")).text());
  }

  @Test
  void oneLineMayBeLong() {
    String line = "0123456789".repeat(1_000_000);
    assertEquals(line, Parsed.of(PARSER, line).text());
  }

  @Test
  void otherExtensionsAreReadAsText() {
    DocumentParser code = new TextParser(Set.of("java", "sql"));
    DocumentParsers parsers = DocumentParsers.standard().with(code);
    assertEquals(code, parsers.of("A.b.JAVA").orElseThrow());
    assertTrue(parsers.of("notes.TXT").isPresent());
    assertTrue(parsers.of("README").isPresent());
    assertTrue(parsers.of("a.class").isEmpty());
  }
}
