package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.font.FontMapper;
import org.apache.pdfbox.pdmodel.font.FontMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.rag.ingest.Document;

class PdfParserTest {
  private static final PdfParser PARSER = new PdfParser();

  private static PdfParser limited(int page, long steps, long unpacked, long all) {
    return new PdfParser(new PdfLimits(2 * page, page, steps, unpacked, all));
  }

  @Test
  void aFileThatNoLibraryWrote() {
    String content =
        "BT /F1 12 Tf 72 720 Td (Hello, caf\351) Tj 0 -14 Td [(sec) -20 (ond) -600 (line)] TJ ET";
    Document document = Parsed.of(PARSER, Pdfs.byHand(content, "<FEFF00C90074E9>"));
    assertEquals("Hello, caf\u00e9\nsecond line", document.text());
    document = Parsed.of(PARSER, Pdfs.byHand(content, "<FEFF00C900740065>"));
    assertEquals("\u00c9te", document.title());
    assertEquals("1", document.metadata().get("pages"));
  }

  @Test
  void pagesComeInOrder() throws IOException {
    PDDocument written = Pdfs.pages("First page.\nIts second line.", "", "Third page.");
    written.getDocumentInformation().setTitle("Title\nin lines");
    Document document = Parsed.of(PARSER, Pdfs.bytes(written));
    assertEquals(
        "First page.\nIts second line.\n\nThird page.",
        document.text().replaceAll("\n\n+", "\n\n"));
    assertEquals("Title in lines", document.title());
    assertEquals("3", document.metadata().get("pages"));
    assertEquals("", Parsed.of(PARSER, Pdfs.bytes(Pdfs.pages("x"))).title());
  }

  @Test
  void columnsStayTogether() {
    String column = "(%1$s one) Tj 0 -14 Td (%1$s two) Tj 0 -14 Td (%1$s three) Tj ";
    String content =
        "BT /F1 12 Tf 72 700 Td "
            + String.format(column, "left")
            + "250 28 Td "
            + String.format(column, "right")
            + "ET";
    assertEquals(
        "left one left two left three right one right two right three",
        Parsed.of(PARSER, Pdfs.byHand(content, "()")).text().replaceAll("\\s+", " "));
  }

  @Test
  void paragraphsStandApart() throws IOException {
    String content =
        "BT /F1 12 Tf 72 700 Td (One begins) Tj 0 -14 Td (and ends.) Tj 0 -42 Td (Two.) Tj ET";
    assertEquals(
        "One begins\nand ends.\n\nTwo.", Parsed.of(PARSER, Pdfs.byHand(content, "()")).text());
  }

  @Test
  void whatNeedsAPasswordIsRefusedAndWhatNeedsNoneIsRead() throws IOException {
    PDDocument secret = Pdfs.pages("secret");
    Pdfs.encrypt(secret, "user's");
    assertEquals(
        "it is encrypted: it needs a password", Parsed.refused(PARSER, Pdfs.bytes(secret)));
    PDDocument open = Pdfs.pages("for all");
    Pdfs.encrypt(open, "");
    assertEquals("for all", Parsed.of(PARSER, Pdfs.bytes(open)).text());
  }

  @Test
  void whatIsTruncatedAnywhereIsReadInPartOrRefused() throws IOException {
    byte[] whole = Pdfs.bytes(Pdfs.pages("First page.", "Second page."));
    int refused = 0;
    for (int length = 0; length < whole.length; length += 29) {
      byte[] part = Arrays.copyOf(whole, length);
      try {
        String text = Parsing.parse(PARSER, part, "x.pdf").text();
        assertTrue(text.contains("page."), text);
      } catch (org.workedanswers.rag.ingest.UnreadableDocumentException e) {
        assertTrue(e.getMessage().startsWith("it "), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 5, refused + " refused");
    assertEquals(
        "it is not PDF: it does not begin with %PDF-", Parsed.refused(PARSER, new byte[0]));
    String reason = Parsed.refused(PARSER, "%PDF-1.7\n".getBytes(StandardCharsets.US_ASCII));
    assertTrue(reason.startsWith("it is damaged: "), reason);
  }

  @Test
  void aScanIsRefused() throws IOException {
    PDDocument scan = new PDDocument();
    scan.addPage(new PDPage());
    scan.addPage(new PDPage());
    assertEquals(
        "it has no text: 2 pages of pictures, or empty ones",
        Parsed.refused(PARSER, Pdfs.bytes(scan)));
  }

  @Test
  void whatUnpacksToAnySizeIsRefused() throws IOException {
    byte[] blanks = new byte[70_000_000];
    Arrays.fill(blanks, (byte) ' ');
    byte[] file = Pdfs.bytes(Pdfs.content(COSName.FLATE_DECODE, 1, blanks));
    assertTrue(file.length < 200_000, file.length + " bytes");
    assertEquals(
        "one of its parts unpacks to more than 67108864 bytes", Parsed.refused(PARSER, file));
    // Packed twice: a few hundred bytes that first become a few thousand.
    file = Pdfs.bytes(Pdfs.content(COSName.FLATE_DECODE, 2, Arrays.copyOf(blanks, 1_000_000)));
    assertEquals(
        "one of its parts unpacks to more than 999999 bytes",
        Parsed.refused(limited(1000, 1000, 999_999, 1 << 30), file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"FlateDecode", "LZWDecode", "RunLengthDecode", "ASCIIHexDecode"})
  void everyFilterIsCountedAlsoWhenEncrypted(String filter) throws IOException {
    byte[] blanks = new byte[100_000];
    Arrays.fill(blanks, (byte) ' ');
    PdfParser parser = limited(1000, 1000, 99_999, 1 << 20);
    for (boolean encrypted : new boolean[] {false, true}) {
      PDDocument document = Pdfs.content(COSName.getPDFName(filter), 1, blanks);
      if (encrypted) {
        Pdfs.encrypt(document, "");
      }
      assertEquals(
          "one of its parts unpacks to more than 99999 bytes",
          Parsed.refused(parser, Pdfs.bytes(document)));
    }
  }

  @Test
  void aPredictorsRowHasAnEnd() throws IOException {
    PDDocument document = Pdfs.content(COSName.FLATE_DECODE, 1, new byte[10]);
    org.apache.pdfbox.cos.COSDictionary parameters = new org.apache.pdfbox.cos.COSDictionary();
    parameters.setInt(COSName.PREDICTOR, 12);
    parameters.setInt(COSName.COLUMNS, 2_000_000_000);
    document
        .getPage(0)
        .getContentStreams()
        .next()
        .getCOSObject()
        .setItem(COSName.DECODE_PARMS, parameters);
    String reason = Parsed.refused(PARSER, Pdfs.bytes(document));
    assertEquals("a row of one of its parts takes 16000000000 bits", reason);
  }

  @Test
  void drawingAndTextHaveAnEnd() throws IOException {
    assertEquals(
        "to draw it takes more than 20000 steps",
        Parsed.refused(limited(100, 20_000, 1 << 20, 1L << 30), Pdfs.bytes(Pdfs.laughs(9))));
    assertEquals(
        "it unpacks to more than 2000 bytes",
        Parsed.refused(limited(100, 1 << 20, 1 << 20, 2_000), Pdfs.bytes(Pdfs.laughs(9))));
    byte[] file = Pdfs.bytes(Pdfs.pages("1234567890", "1234567890", "1234567890"));
    assertEquals(
        "its text is too long: 10 characters by page 1; 9 are read of a page, 18 of a file",
        Parsed.refused(limited(9, 100, 1 << 20, 1 << 20), file));
    assertEquals(
        "its text is too long: 21 characters by page 3; 10 are read of a page, 20 of a file",
        Parsed.refused(limited(10, 100, 1 << 20, 1 << 20), file));
    assertEquals(3, Parsed.of(limited(15, 100, 1 << 20, 1 << 20), file).text().split("\n+").length);
  }

  @Test
  void formsThatDrawThemselvesEnd() throws IOException {
    String content = "BT /F1 12 Tf 72 720 Td (text) Tj ET /F0 Do";
    String file = new String(Pdfs.byHand(content, "()"), StandardCharsets.ISO_8859_1);
    byte[] loop =
        file.replace("/Resources <<", "/Resources << /XObject << /F0 4 0 R >>")
            .replace("<< /Length", "<< /Type /XObject /Subtype /Form /Length")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertTrue(Parsed.of(PARSER, loop).text().startsWith("text"));
  }

  @Test
  void otherThreadsKeepTheirFonts() throws IOException {
    FontMapper before = FontMappers.instance();
    Parsed.of(PARSER, Pdfs.byHand("BT /F1 12 Tf 72 720 Td (text) Tj ET", "()"));
    FontMapper after = FontMappers.instance();
    Parsed.of(PARSER, Pdfs.byHand("BT /F1 12 Tf 72 720 Td (text) Tj ET", "()"));
    assertSame(after, FontMappers.instance());
    PdfFonts.begin();
    Object here = after.getFontBoxFont("Courier", null).getFont();
    assertSame(here, after.getTrueTypeFont("Arial", null).getFont());
    PdfFonts.end();
    assertNotSame(here, after.getFontBoxFont("Courier", null).getFont());
    assertTrue(before == after || before.getClass() != after.getClass());
  }

  @Test
  void noFontIsLookedForAndNoFileIsLeft() throws Exception {
    Path home = Files.createTempDirectory("home");
    Path temporary = Files.createTempDirectory("temporary");
    Path file = Files.createTempFile("file", ".pdf");
    Files.write(file, Pdfs.byHand("BT /F1 12 Tf 72 720 Td (text of a file) Tj ET", "()"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + home,
                "-Djava.io.tmpdir=" + temporary,
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                OneFile.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    assertEquals("text of a file\n", new String(process.getInputStream().readAllBytes()));
    assertEquals(0, process.waitFor());
    for (Path folder : new Path[] {home, temporary}) {
      try (Stream<Path> left = Files.list(folder)) {
        assertEquals(0, left.count(), folder.toString());
      }
      Files.delete(folder);
    }
    Files.delete(file);
    assertFalse(Files.exists(file));
  }

  /** Reads a file in a JVM of its own. */
  static final class OneFile {
    public static void main(String[] args) throws Exception {
      byte[] bytes = Files.readAllBytes(Path.of(args[0]));
      System.out.println(PARSER.parse(bytes, "x.pdf").text());
    }
  }
}
