package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.documents.Parsed.bytes;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workedanswers.rag.ingest.Document;

class HtmlParserTest {
  private static final HtmlParser PARSER = new HtmlParser();

  @Test
  void aPageIsWhatItsReaderSees() {
    Document document =
        Parsed.of(
            PARSER,
            """
            <!DOCTYPE html>
            <html><head><title> A &amp;
              B </title><style>p { color: red }</style><script>var a = "<p>no</p>";</script></head>
            <body>
            <nav><a href="/">Home</a></nav>
            <h1>Heading</h1>
            <p>One   <b>bo</b>ld &lt;word&gt;,
               caf&eacute; &#x1F600; &#8212; end.<p>Two<br>lines
            <ul><li>first<li>second <ol start="3"><li>three<li>four</ol></ul>
            <pre>
            if (a) {
              b();
            }
            </pre>
            <table><caption>Table</caption><tr><th>Name<th>Value<tr><td>a<td>1</table>
            <div>block<div>inner</div>after</div>
            <noscript>Switch scripts on!</noscript><template><p>never</p></template>
            <!-- a comment --><img src="x" alt="a picture"> <svg><text>drawn</text></svg>last
            </body></html>
            """);
    assertEquals("A & B", document.title());
    assertEquals(
        """
        # Heading

        One bold <word>, caf\u00e9 \ud83d\ude00 \u2014 end.

        Two
        lines

        - first
        - second
          3. three
          4. four

        if (a) {
          b();
        }

        Table
        Name | Value
        a | 1

        block
        inner
        after
        a picture last""",
        document.text());
  }

  @Test
  void cellsStandBetweenBars() {
    String rows =
        "<tr><td>a</td> <td> </td> <td>c</td><td></td></tr>\n<tr><td></td><td>x<td> y <b>z</b>";
    assertEquals("a | | c\nx | y z", text("<table>" + rows));
    String layout = "<tr><td><p>menu</p></td><td><h1>Head</h1><p>Text</p></td></tr>";
    assertEquals("menu\n\n# Head\n\nText", text("<table>" + layout + "</table>"));
  }

  private static String text(String html) {
    return Parsed.of(PARSER, html).text();
  }

  @Test
  void withoutATitleTheFirstHeadingIsOne() {
    assertEquals("Top level", Parsed.of(PARSER, "<h2>x</h2><h1>Top <i>level</i></h1>").title());
    assertEquals("", Parsed.of(PARSER, "<p>text").title());
  }

  @ParameterizedTest
  @CsvSource({
    "windows-1251, '<meta charset=windows-1251>', '\u0412\u0441\u0435 \u0441\u0435\u043c\u044c\u0438'",
    "Shift_JIS, '<meta http-equiv=Content-Type content=\"text/html; charset=Shift_JIS\">', '\u65e5\u672c\u8a9e\u306e\u6587\u66f8'",
    "ISO-2022-JP, '<meta charset=\"iso-2022-jp\">', '\u65e5\u672c\u8a9e\u306e\u6587\u66f8'",
    "GB18030, '<meta charset=gb18030>', '\u4e2d\u6587\u6587\u4ef6'",
    "ISO-8859-2, '<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?>', '\u017elu\u0165ou\u010dk\u00fd k\u016f\u0148'",
    "UTF-8, '', '\u65e5\u672c\u8a9e caf\u00e9'",
    "UTF-8, '<meta charset=no-such-thing>', '\u65e5\u672c\u8a9e caf\u00e9'",
  })
  void theEncodingThatAPageNamesIsBelieved(String charset, String meta, String text) {
    Document document = Parsed.of(PARSER, bytes(meta + "<p>" + text + "</p>", charset));
    assertEquals(text, document.text());
    assertEquals(charset.toLowerCase(), document.metadata().get("encoding").toLowerCase());
  }

  @ParameterizedTest
  @CsvSource({"UTF-16BE, fe ff", "UTF-16LE, ff fe", "UTF-8, ef bb bf", "UTF-32LE, ff fe 00 00"})
  void aMarkIsBelievedBeforeThePage(String charset, String mark) throws Exception {
    java.io.ByteArrayOutputStream file = new java.io.ByteArrayOutputStream();
    file.write(Parsed.hex(mark));
    file.write(bytes("<meta charset=windows-1251><p>caf\u00e9 \u65e5\u672c", charset));
    Document document = Parsed.of(PARSER, file.toByteArray());
    assertEquals("caf\u00e9 \u65e5\u672c", document.text());
    assertEquals(charset, document.metadata().get("encoding"));
  }

  @Test
  void aPageThatIsNotTheUtf8ThatItSaysIsReadAsText() {
    Document document =
        Parsed.of(PARSER, bytes("<meta charset=utf-8><p>na\u00efve</p>", "windows-1252"));
    assertEquals("na\u00efve", document.text());
    assertEquals("windows-1252", document.metadata().get("encoding"));
    assertTrue(
        Parsed.refused(
                PARSER, bytes("<p>\u65e5\u672c\u8a9e\u306e\u6587\u66f8\u3067\u3059", "Shift_JIS"))
            .startsWith("it is not text"));
  }

  @Test
  void depthHasNoEnd() {
    int n = 100_000;
    assertEquals("core", Parsed.of(PARSER, "<div>".repeat(n) + "core" + "</div>".repeat(n)).text());
    for (String piece :
        new String[] {"<p><b><i>", "<ul><li>", "<table><tr><td>", "<svg><g>", "<a>"}) {
      String text = Parsed.of(PARSER, piece.repeat(2000) + "</svg>core").text();
      assertTrue(text.endsWith("core") || piece.equals("<svg><g>"), piece);
    }
  }

  @Test
  void brokenPagesAreRead() {
    assertEquals("a < b & c", Parsed.of(PARSER, "<p>a < b & c<p title='").text());
    assertEquals("", Parsed.of(PARSER, "").text());
    assertEquals("\ufffd \ufffd", Parsed.of(PARSER, "&#0; &#xD800;").text());
    assertEquals("x", Parsed.of(PARSER, "x<script>never closed <p>y").text());
  }

  @Test
  void aTreeOfGigabytesIsNotMade() {
    assertEquals(
        "it has some 1000001 tags: at most 1000000 are read",
        Parsed.refused(PARSER, "<b>".repeat(1_000_001).getBytes(StandardCharsets.US_ASCII)));
  }
}
