package org.workedanswers.documents;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * Markdown (CommonMark and GitHub's tables) as the text that a reader sees: headings behind their
 * #, paragraphs, list items behind their marks, code as it stands, a table's cells between bars,
 * links as their text and pictures as what stands for them; of HTML in it what {@link HtmlParser}
 * would keep. The title is the first heading of the first level, else the {@code title} of a front
 * matter in YAML or TOML, which is not part of the text. The encoding is told as by {@link
 * TextParser}.
 *
 * <p>What is nested deeper than 100 levels is kept as it is written, and so are all tables of a
 * file that have more than 500,000 cells, and all of a file of some 800,000 lines or 2,000,000
 * signs that Markdown knows: their tree would take more than 400 MB.
 */
public final class MarkdownParser implements DocumentParser {
  static final long MAX_BYTES = 16L << 20;

  private static final int MAX_NESTING = 100;
  private static final int MAX_CELLS = 500_000;

  /** Of bytes that a tree takes: 16 MB of empty lines and single letters would need 3 GB. */
  private static final long MAX_COST = 400_000_000;

  private static final int COST_OF_LINE = 500;
  private static final int COST_OF_SIGN = 200;

  private final Parser withTables =
      parser(List.of(TablesExtension.builder().maxCells(MAX_CELLS).build()));
  private final Parser withoutTables = parser(List.of());

  private static Parser parser(List<Extension> extensions) {
    return Parser.builder()
        .extensions(extensions)
        .maxOpenBlockParsers(MAX_NESTING)
        .maxInlineNesting(MAX_NESTING)
        .build();
  }

  /** Files whose names end in {@code md}, {@code markdown}, {@code mdown} or {@code mkd}. */
  public MarkdownParser() {}

  @Override
  public String kind() {
    return "markdown";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("md", "markdown", "mdown", "mkd");
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
  public Document parse(byte[] bytes, String name) throws UnreadableDocumentException {
    TextDecoding decoded = TextDecoding.of(bytes);
    FrontMatter file = FrontMatter.of(CleanText.of(decoded.text()));
    Map<String, String> metadata = Map.of("encoding", decoded.encoding());
    if (cost(file.body()) > MAX_COST) {
      return new Document(file.title(), file.body(), metadata);
    }
    MarkdownText text = MarkdownText.of(tree(file.body()));
    return new Document(
        text.title().isBlank() ? file.title() : text.title(), text.text(), metadata);
  }

  private Node tree(String text) {
    try {
      return withTables.parse(text);
    } catch (IllegalArgumentException e) {
      // That there are too many cells; a few lines could make a table of billions.
      return withoutTables.parse(text);
    }
  }

  /** What a text's tree takes at most, in bytes: each line may be a block, each sign a node. */
  private static long cost(String text) {
    long cost = 0;
    for (int i = 0; i < text.length(); i++) {
      cost +=
          switch (text.charAt(i)) {
            case '\n' -> COST_OF_LINE;
            case '[', ']', '(', '!', '*', '_', '`', '<', '&', '\\', '|' -> COST_OF_SIGN;
            default -> 0;
          };
    }
    return cost;
  }
}
