package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/** Whatever a file holds: a text or a reason. */
class HostileFilesTest {
  private static final List<DocumentParser> PARSERS =
      List.of(new TextParser(), new MarkdownParser(), new HtmlParser(), new PdfParser());

  /** Whether a file was read. */
  private static boolean read(DocumentParser parser, byte[] bytes) {
    try {
      Document document = Parsing.parse(parser, bytes, "name");
      Parsed.assertWritable(document.text());
      Parsed.assertWritable(document.title());
      return true;
    } catch (UnreadableDocumentException e) {
      assertFalse(e.getMessage().isBlank());
      assertTrue(e.getMessage().length() <= 300, e.getMessage());
      return false;
    }
  }

  @Test
  void randomBytes() {
    SeededRandom random = new SeededRandom(1);
    int read = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = random(random, random.below(500));
      for (DocumentParser parser : PARSERS) {
        read += read(parser, bytes) ? 1 : 0;
      }
    }
    assertTrue(read < 400, read + " of 4000 files of random bytes were taken for text");
  }

  @Test
  void randomCharactersThatTheFormatsGiveAMeaning() {
    SeededRandom random = new SeededRandom(2);
    String[] pieces = {
      "<",
      ">",
      "/",
      "&",
      ";",
      "#",
      "*",
      "_",
      "`",
      "[",
      "]",
      "(",
      ")",
      "!",
      "|",
      "-",
      "\n",
      "\n\n",
      " ",
      "    ",
      "\t",
      "=",
      "\"",
      "'",
      "a",
      "\u00e9",
      "\ud83d\ude00",
      "\r",
      "<p",
      "</",
      "<!--",
      "-->",
      "<table>",
      "<td>",
      "<ul><li>",
      "<script>",
      "<pre>",
      "1. ",
      "> ",
      "~~~",
      "&#0;",
      "\\",
      "<select>",
      "<svg>",
      "<math>",
      "<template>",
      "---\n",
      "title: x\n",
      "<title>",
      "<h1>"
    };
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.below(100); n > 0; n--) {
        text.append(pieces[random.below(pieces.length)]);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      for (DocumentParser parser : PARSERS.subList(0, 3)) {
        assertTrue(read(parser, bytes), text.toString());
      }
    }
  }

  @Test
  void pdfsOfWhichBytesWereChanged() throws IOException {
    change(3, 200);
  }

  @Test
  @Tag("long")
  void manyPdfsOfWhichBytesWereChanged() throws IOException {
    change(4, 20_000);
  }

  private static void change(long seed, int files) throws IOException {
    SeededRandom random = new SeededRandom(seed);
    byte[] written = Pdfs.bytes(Pdfs.pages("First page.\nSecond line.", "Second page."));
    byte[] byHand = Pdfs.byHand("BT /F1 12 Tf 72 720 Td (Hello) Tj [(a) -9 (b)] TJ ET", "(T)");
    DocumentParser parser = PARSERS.get(3);
    int read = 0;
    for (int i = 0; i < files; i++) {
      byte[] bytes = (i % 2 == 0 ? written : byHand).clone();
      for (int n = 1 + random.below(10); n > 0; n--) {
        bytes[8 + random.below(bytes.length - 8)] = (byte) random.below(256);
      }
      read += read(parser, bytes) ? 1 : 0;
    }
    assertTrue(files / 10 < read && read < files, read + " were read");
  }

  @Test
  void whateverAParserThrowsHasAReason() {
    assertReason(
        "the parser of bad gave up: java.lang.IllegalStateException: why\ufffd",
        () -> {
          throw new IllegalStateException("why\0\n");
        });
    assertReason("its parts are nested too deeply", () -> endless(1));
    assertReason(
        "to read it takes more memory than there is",
        () -> new Document("" + new long[Integer.MAX_VALUE].length, "", Map.of()));
    assertReason(
        "the parser of bad gave up: java.lang.NoClassDefFoundError: org/x",
        () -> {
          throw new NoClassDefFoundError("org/x");
        });
    assertReason("the parser of bad gave nothing", () -> null);
  }

  private static Document endless(int depth) {
    return depth == 0 ? null : endless(depth + 1);
  }

  @Test
  void whateverAParserGivesIsPutRight() throws UnreadableDocumentException {
    Document given =
        new Document("a\r\nb\0\ud800", "\udc00\r\r\nx\ud83d\ude00\0", Map.of("k\0", "\ud83d"));
    Document document = Parsing.parse(new Bad(() -> given), new byte[0], "name");
    assertEquals("a b \ufffd\ufffd".replace(" \ufffd", "\ufffd"), document.title());
    assertEquals("\ufffd\n\nx\ud83d\ude00\ufffd", document.text());
    assertEquals(Map.of("k\ufffd", "\ufffd"), document.metadata());
  }

  private static void assertReason(String reason, Result result) {
    Bad parser = new Bad(result);
    assertEquals(
        reason,
        assertThrows(
                UnreadableDocumentException.class, () -> Parsing.parse(parser, new byte[0], ""))
            .getMessage());
  }

  private interface Result {
    Document get() throws UnreadableDocumentException;
  }

  private record Bad(Result result) implements DocumentParser {
    @Override
    public String kind() {
      return "bad";
    }

    @Override
    public Set<String> extensions() {
      return Set.of("bad");
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public long maxBytes() {
      return 10;
    }

    @Override
    public Document parse(byte[] bytes, String name) throws UnreadableDocumentException {
      return result.get();
    }
  }

  private static byte[] random(SeededRandom random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.below(256);
    }
    return bytes;
  }
}
