package org.workedanswers.documents;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * HTML, by jsoup: what a reader sees, a line a block, without navigation, scripts and forms. Read
 * in the encoding of its byte order mark or its {@code meta} element, else in UTF-8.
 *
 * <p>The title is the page's, else its first heading, else the file's name.
 */
public final class HtmlParser implements DocumentParser {
  private static final String UNSEEN =
      "script, style, noscript, template, nav, iframe, object, svg, head, [hidden]";

  @Override
  public String kind() {
    return "html";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("html", "htm", "xhtml");
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Document parse(String name, byte[] bytes) throws UnreadableDocumentException {
    org.jsoup.nodes.Document page;
    try {
      page = Jsoup.parse(new ByteArrayInputStream(bytes), null, "");
    } catch (IOException | java.nio.charset.IllegalCharsetNameException e) {
      throw new UnreadableDocumentException("it can't be read as HTML: " + e.getMessage(), e);
    }
    String title = page.title().strip();
    Element heading = page.selectFirst("h1");
    if (title.isEmpty() && heading != null) {
      title = heading.text();
    }
    page.select(UNSEEN).remove();
    Reader reader = new Reader();
    page.body().traverse(reader);
    String text = PlainText.clean(reader.text.toString()).strip();
    return new Document(title.isEmpty() ? name : PlainText.clean(title), text, Map.of());
  }

  private static final class Reader implements NodeVisitor {
    final StringBuilder text = new StringBuilder();
    private int preformatted;

    @Override
    public void head(Node node, int depth) {
      if (node instanceof TextNode words) {
        String part = preformatted > 0 ? words.getWholeText() : words.text();
        boolean atStart = text.length() == 0 || Character.isWhitespace(last());
        text.append(atStart && preformatted == 0 ? part.stripLeading() : part);
      } else if (node instanceof Element element) {
        if (isBlock(element)) {
          end();
        }
        if (element.normalName().equals("br")) {
          text.append('\n');
        } else if (element.normalName().equals("li")) {
          text.append("- ");
        } else if (element.normalName().matches("h[1-6]")) {
          text.append(text.length() == 0 ? "" : "\n");
          text.append("#".repeat(element.normalName().charAt(1) - '0')).append(' ');
        } else if (element.normalName().equals("pre")) {
          preformatted++;
        }
      }
    }

    @Override
    public void tail(Node node, int depth) {
      if (node instanceof Element element) {
        if (element.normalName().equals("pre")) {
          preformatted--;
        }
        if (element.normalName().equals("p")) {
          end();
          text.append('\n');
        } else if (isBlock(element)) {
          end();
        } else if (isCell(element)) {
          text.append(" | ");
        }
      }
    }

    /** A row of a table is one line. */
    private static boolean isBlock(Element element) {
      return element.isBlock() && !isCell(element);
    }

    private static boolean isCell(Element element) {
      return element.normalName().equals("td") || element.normalName().equals("th");
    }

    private char last() {
      return text.charAt(text.length() - 1);
    }

    private void end() {
      int length = text.length();
      while (length > 0 && text.charAt(length - 1) == ' ') {
        length--;
      }
      text.setLength(length);
      if (length > 0 && last() != '\n') {
        text.append('\n');
      }
    }
  }
}
