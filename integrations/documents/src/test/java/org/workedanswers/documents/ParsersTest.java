package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

class ParsersTest {
  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String why(DocumentParser parser, byte[] bytes) {
    return assertThrows(UnreadableDocumentException.class, () -> parser.parse("f", bytes))
        .getMessage();
  }

  @Test
  void textIsReadInItsEncoding() throws Exception {
    String text = "Grüße, 🙂 – “x”\nline two\n";
    TextParser parser = new TextParser();
    String[] marks = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"};
    assertEquals(text, parser.parse("f", utf8(text)).text());
    for (String charset : marks) {
      byte[] bytes = ("\ufeff" + text.replace("\n", "\r\n")).getBytes(Charset.forName(charset));
      Document d = parser.parse("f", bytes);
      assertEquals(text, d.text(), charset);
      assertEquals(Map.of("encoding", charset), d.metadata());
    }
    byte[] latin = "Grüße – “x”\rold Mac".getBytes("windows-1252");
    Document d = parser.parse("f", latin);
    assertEquals("Grüße – “x”\nold Mac", d.text());
    assertEquals("windows-1252", d.metadata().get("encoding"));
    assertEquals("f", d.title());
    assertEquals("a\ufffdb", PlainText.clean("a\ud800b"));
    assertEquals("a\ufffdb", PlainText.clean("a\0b"));
    assertEquals("a\n\nb\n", PlainText.clean("a\r\n\rb\r"));
  }

  @Test
  void whatIsNoTextIsSaidToBeNone() {
    byte[] random = new byte[5000];
    SeededRandom r = new SeededRandom(1);
    for (int i = 0; i < random.length; i++) {
      random[i] = (byte) r.below(256);
    }
    assertEquals("it is not text", why(new TextParser(), random));
    assertEquals("it is not text", why(new TextParser(), new byte[1000]));
    assertEquals("it is not text", why(new MarkdownParser(), random));
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13};
    assertEquals("it is not text", why(new TextParser(), png));
    byte[] half = Arrays.copyOf("\ufeffabc".getBytes(StandardCharsets.UTF_16LE), 7);
    assertTrue(why(new TextParser(), half).contains("UTF-16LE"));
  }

  @Test
  void markdownIsReadAsItIsSeen() throws Exception {
    String source =
        "---\ntitle: \"Notes: one\"\ntags: [a]\n---\n"
            + "# Causal *masks*\n\nHide the [future](http://x.y/z), `softmax(x)` ![a plot](p.png).\n"
            + "Second line.\n\n"
            + "- one\n- two\n  1. inner\n  2. more\n\n"
            + "> quoted\n\n"
            + "```java\nint x = 1;\n\nint y;\n```\n\n"
            + "<div>block <b>html</b></div>\n\n"
            + "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
            + "Setext\n------\n\nend &amp; x<b>y</b>\n";
    Document d = new MarkdownParser().parse("f.md", utf8(source));
    assertEquals("Notes: one", d.title());
    assertEquals(
        "# Causal masks\n\nHide the future, softmax(x) a plot.\nSecond line.\n\n"
            + "- one\n- two\n- inner\n- more\n\n"
            + "quoted\n\n"
            + "int x = 1;\n\nint y;\n\n"
            + "block html\n\n"
            + "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
            + "## Setext\n\nend & xy",
        d.text());
    assertEquals(
        "Causal masks", new MarkdownParser().parse("f", utf8("x\n\n# Causal masks\n")).title());
    assertEquals("f", new MarkdownParser().parse("f", utf8("no heading")).title());
    assertEquals("", new MarkdownParser().parse("f", utf8("---\n---\n")).text());
  }

  @Test
  void htmlIsReadAsItIsSeen() throws Exception {
    String source =
        "<!doctype html><html><head><title> A &amp; B </title><style>p{}</style></head><body>"
            + "<nav><a href='x'>Home</a></nav><script>alert(1)</script>"
            + "<h1>Masks</h1><p>They   hide <b>the</b>\nfuture.<br>Yes.</p>"
            + "<ul><li>one</li><li>two <i>three</i></li></ul>"
            + "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
            + "<pre>int x;\n  int y;</pre><div>&copy; M&uuml;ller</div>"
            + "<p hidden>unseen</p><template>no</template></body></html>";
    Document d = new HtmlParser().parse("f.html", utf8(source));
    assertEquals("A & B", d.title());
    assertEquals(
        "# Masks\nThey hide the future.\nYes.\n\n- one\n- two three\na | b |\n1 | 2 |\n"
            + "int x;\n  int y;\n© Müller",
        d.text());
    String latin = "<meta charset=iso-8859-1><h1>Grüße</h1><p>süß";
    Document l = new HtmlParser().parse("f", latin.getBytes(StandardCharsets.ISO_8859_1));
    assertEquals("Grüße", l.title());
    assertEquals("# Grüße\nsüß", l.text());
    assertEquals("f", new HtmlParser().parse("f", utf8("just text")).title());
  }

  static byte[] pdf(String title, String password, String... pages) throws IOException {
    try (PDDocument pdf = new PDDocument()) {
      pdf.getDocumentInformation().setTitle(title);
      for (String words : pages) {
        PDPage page = new PDPage();
        pdf.addPage(page);
        if (words.isEmpty()) {
          continue;
        }
        try (PDPageContentStream out = new PDPageContentStream(pdf, page)) {
          out.beginText();
          out.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
          out.newLineAtOffset(50, 700);
          out.showText(words);
          out.endText();
        }
      }
      if (password != null) {
        pdf.protect(new StandardProtectionPolicy("owner", password, new AccessPermission()));
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      pdf.save(bytes);
      return bytes.toByteArray();
    }
  }

  @Test
  void pdfIsReadPageByPage() throws Exception {
    PdfParser parser = new PdfParser();
    Document d = parser.parse("f.pdf", pdf("Masks", null, "Page one.", "", "Page three."));
    assertEquals("Masks", d.title());
    assertEquals(List.of("Page one.", "Page three."), d.text().lines().toList());
    assertEquals(Map.of("pages", "3"), d.metadata());
    assertEquals("f.pdf", parser.parse("f.pdf", pdf(null, null, "x")).title());
    assertEquals("it is locked by a password", why(parser, pdf("t", "secret", "x")));
    assertTrue(why(parser, pdf("t", null, "", "")).startsWith("its 2 pages hold no text"));
    byte[] cut = pdf("t", null, "x");
    assertTrue(
        why(parser, Arrays.copyOf(cut, cut.length / 3)).startsWith("it can't be read as PDF"));
    assertTrue(why(parser, utf8("no pdf at all")).startsWith("it can't be read as PDF"));
  }

  @Test
  void noFileBreaksAParser() throws Exception {
    SeededRandom random = new SeededRandom(2);
    List<DocumentParser> parsers =
        List.of(new TextParser(), new MarkdownParser(), new HtmlParser(), new PdfParser());
    List<byte[]> seeds =
        List.of(
            utf8("# a\n\n- b\n  > c `d` [e](f) <g>\n"),
            utf8("<p><table><tr><td>x</p><script>y</script>&#x0;&#xD800;<svg><title>z"),
            pdf("Masks", null, "Page one.", "Page two."));
    for (int round = 0; round < 400; round++) {
      byte[] bytes = seeds.get(random.below(seeds.size())).clone();
      for (int flips = 1 + random.below(20); flips > 0; flips--) {
        bytes[random.below(bytes.length)] = (byte) random.below(256);
      }
      bytes = Arrays.copyOf(bytes, 1 + random.below(bytes.length));
      for (DocumentParser parser : parsers) {
        try {
          String text = parser.parse("f", bytes).text();
          assertTrue(text.indexOf('\r') < 0 && text.indexOf('\0') < 0, parser.kind());
        } catch (UnreadableDocumentException e) {
          assertTrue(!e.getMessage().isBlank());
        }
      }
    }
  }

  @Test
  void whatIsNestedOrLongIsRead() throws Exception {
    assertTrue(
        new HtmlParser()
            .parse("f", utf8("<div>".repeat(100_000) + "deep"))
            .text()
            .contains("deep"));
    assertTrue(
        new MarkdownParser()
            .parse("f", utf8(">".repeat(50_000) + " deep"))
            .text()
            .contains("deep"));
    assertTrue(
        new MarkdownParser()
            .parse("f", utf8("*".repeat(3_000) + "[".repeat(20_000) + " deep"))
            .text()
            .contains("deep"));
    String line = "word ".repeat(2 << 20);
    assertEquals(line, new TextParser().parse("f", utf8(line)).text());
    assertEquals(line.strip(), new MarkdownParser().parse("f", utf8(line)).text());
  }
}
