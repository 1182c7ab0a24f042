package org.workedanswers.documents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.workedanswers.core.Check;

/** Which parser reads a file: told by how its name ends. */
public final class DocumentParsers {
  private static final DocumentParsers STANDARD =
      of(new TextParser(), new MarkdownParser(), new HtmlParser(), new PdfParser());

  private final List<DocumentParser> parsers;
  private final Map<String, DocumentParser> byExtension;

  private DocumentParsers(List<DocumentParser> parsers) {
    this.parsers = List.copyOf(parsers);
    Map<String, DocumentParser> map = new HashMap<>();
    for (DocumentParser parser : parsers) {
      for (String extension : parser.extensions()) {
        Check.that(
            extension.equals(extension.toLowerCase(Locale.ROOT)) && extension.indexOf('.') < 0,
            "the parser of %s names the extension '%s': it must be in lower case, without a dot",
            parser.kind(),
            extension);
        map.put(extension, parser);
      }
    }
    byExtension = Map.copyOf(map);
  }

  /** Text, Markdown, HTML and PDF. */
  public static DocumentParsers standard() {
    return STANDARD;
  }

  /**
   * These alone; of two that read the same extension the later does.
   *
   * @throws IllegalArgumentException if an extension has a dot or is not in lower case
   */
  public static DocumentParsers of(DocumentParser... parsers) {
    return new DocumentParsers(List.of(parsers));
  }

  /**
   * These and one more, which takes precedence.
   *
   * @throws IllegalArgumentException if an extension has a dot or is not in lower case
   */
  public DocumentParsers with(DocumentParser parser) {
    List<DocumentParser> more = new ArrayList<>(parsers);
    more.add(parser);
    return new DocumentParsers(more);
  }

  /** Who reads a file of this name, if anyone. */
  public Optional<DocumentParser> of(String fileName) {
    return Optional.ofNullable(byExtension.get(extension(fileName)));
  }

  /** All extensions that are read, sorted. */
  public List<String> extensions() {
    return List.copyOf(new TreeSet<>(byExtension.keySet()));
  }

  /** How a name ends, in lower case, without the dot; empty for none. */
  static String extension(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot < 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
