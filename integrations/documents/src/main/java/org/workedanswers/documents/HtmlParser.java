package org.workedanswers.documents;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * HTML as the text that a reader sees: paragraphs, headings (behind #) and list items on lines of
 * their own, a table's cells between bars, {@code pre} as it stands, pictures as what stands for
 * them. Scripts, styles, navigation and what is shown only without scripts are left out. The title
 * is the page's, else its first heading.
 *
 * <p>The encoding is that of a byte order mark, else the one that the page names; a page that names
 * none, or says UTF-8 and is not, is read as {@link TextParser} reads text. A page of more than
 * 1,000,000 tags is refused.
 */
public final class HtmlParser implements DocumentParser {
  static final long MAX_BYTES = 16L << 20;

  /** Of an element some 300 bytes of memory; the longest specifications have half a million. */
  private static final int MAX_TAGS = 1_000_000;

  /** Files whose names end in {@code html}, {@code htm} or {@code xhtml}. */
  public HtmlParser() {}

  @Override
  public String kind() {
    return "html";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("html", "htm", "xhtml");
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public long maxBytes() {
    return MAX_BYTES;
  }

  @Override
  public org.workedanswers.rag.ingest.Document parse(byte[] bytes, String name)
      throws UnreadableDocumentException {
    checkTags(bytes);
    Document page;
    String encoding;
    if (TextDecoding.marked(bytes)) {
      TextDecoding decoded = TextDecoding.of(bytes);
      page = Jsoup.parse(decoded.text());
      encoding = decoded.encoding();
    } else {
      page = parse(bytes);
      encoding = page.charset().name();
      if (page.charset().equals(StandardCharsets.UTF_8)) {
        TextDecoding decoded = TextDecoding.of(bytes);
        encoding = decoded.encoding();
        if (!encoding.equals("UTF-8")) {
          page = Jsoup.parse(decoded.text());
        }
      } else {
        TextDecoding.checkIsText(new String(bytes, page.charset()));
      }
    }
    String title = page.title();
    Element heading = title.isBlank() ? page.selectFirst("h1") : null;
    TextLayout layout = new TextLayout();
    HtmlText.append(page.body(), layout);
    return new org.workedanswers.rag.ingest.Document(
        heading == null ? title : heading.text(), layout.toString(), Map.of("encoding", encoding));
  }

  private static void checkTags(byte[] bytes) throws UnreadableDocumentException {
    int tags = 0;
    for (byte b : bytes) {
      if (b == '<') {
        tags++;
      }
    }
    if (tags > MAX_TAGS) {
      throw new UnreadableDocumentException(
          "it has some " + tags + " tags: at most " + MAX_TAGS + " are read");
    }
  }

  /** In the encoding that the page names, else in UTF-8. */
  private static Document parse(byte[] bytes) throws UnreadableDocumentException {
    try {
      return Jsoup.parse(new ByteArrayInputStream(bytes), null, "");
    } catch (IOException e) {
      throw new UnreadableDocumentException("it can't be decoded: " + e.getMessage(), e);
    }
  }
}
