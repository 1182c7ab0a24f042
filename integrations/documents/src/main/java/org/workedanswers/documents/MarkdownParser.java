package org.workedanswers.documents;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Block;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.jsoup.Jsoup;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * Markdown, by commonmark-java: what a reader sees. Headings keep their {@code #} and items their
 * {@code -}, which end sentences; code is kept; links are their words, images their descriptions,
 * HTML its text.
 *
 * <p>The title is that of the front matter, else the first heading, else the file's name.
 */
public final class MarkdownParser implements DocumentParser {
  private static final int MAX_NESTING = 100;
  private static final Pattern FRONT_MATTER =
      Pattern.compile(
          "\\A---[ \\t]*\\n(.*?\\n)?(?:---|\\.\\.\\.)[ \\t]*(?:\\n|\\z)", Pattern.DOTALL);
  private static final Pattern FRONT_TITLE =
      Pattern.compile("(?m)^title:[ \\t]*[\"']?(.+?)[\"']?[ \\t]*$");

  private final Parser parser = Parser.builder().maxOpenBlockParsers(MAX_NESTING).build();

  @Override
  public String kind() {
    return "markdown";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("md", "markdown", "mdown", "mkd");
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Document parse(String name, byte[] bytes) throws UnreadableDocumentException {
    String source = PlainText.of(bytes).text();
    String title = null;
    Matcher front = FRONT_MATTER.matcher(source);
    if (front.find()) {
      Matcher named = FRONT_TITLE.matcher(front.group(1) == null ? "" : front.group(1));
      title = named.find() ? named.group(1) : null;
      source = source.substring(front.end());
    }
    Reader reader = new Reader();
    parser.parse(source).accept(reader);
    if (title == null) {
      title = reader.heading == null ? name : reader.heading;
    }
    return new Document(title, reader.text.toString().strip(), Map.of());
  }

  private static final class Reader extends AbstractVisitor {
    final StringBuilder text = new StringBuilder();
    String heading; // the first
    private int lists;

    /** An empty line ahead of a block, but within a list a line's end. */
    private void begin(Block block) {
      boolean first = block.getPrevious() == null && block.getParent() instanceof ListItem;
      if (!first && text.length() > 0) {
        end();
        text.append(lists > 0 ? "" : "\n");
      }
    }

    private void end() {
      if (text.length() > 0 && text.charAt(text.length() - 1) != '\n') {
        text.append('\n');
      }
    }

    @Override
    public void visit(Heading h) {
      begin(h);
      text.append("#".repeat(h.getLevel())).append(' ');
      int from = text.length();
      visitChildren(h);
      if (heading == null && text.length() > from) {
        heading = text.substring(from);
      }
      end();
    }

    @Override
    public void visit(Paragraph p) {
      begin(p);
      visitChildren(p);
      end();
    }

    @Override
    public void visit(BulletList list) {
      list(list);
    }

    @Override
    public void visit(OrderedList list) {
      list(list);
    }

    private void list(Block list) {
      begin(list);
      end();
      lists++;
      visitChildren(list);
      lists--;
    }

    @Override
    public void visit(ListItem item) {
      end();
      text.append("- ");
      visitChildren(item);
      end();
    }

    @Override
    public void visit(FencedCodeBlock code) {
      begin(code);
      text.append(code.getLiteral());
      end();
    }

    @Override
    public void visit(IndentedCodeBlock code) {
      begin(code);
      text.append(code.getLiteral());
      end();
    }

    @Override
    public void visit(HtmlBlock html) {
      String words = Jsoup.parse(html.getLiteral()).text();
      if (!words.isBlank()) {
        begin(html);
        text.append(words);
        end();
      }
    }

    @Override
    public void visit(HtmlInline html) {}

    @Override
    public void visit(Text t) {
      text.append(t.getLiteral());
    }

    @Override
    public void visit(Code code) {
      text.append(code.getLiteral());
    }

    @Override
    public void visit(SoftLineBreak b) {
      text.append('\n');
    }

    @Override
    public void visit(HardLineBreak b) {
      text.append('\n');
    }
  }
}
