package org.workedanswers.documents;

import java.util.Map;
import java.util.Set;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * Plain text as it stands. The metadata {@code encoding} tells what its bytes were read as: by
 * their byte order mark UTF-8, UTF-16 or UTF-32; UTF-8; {@code UTF-8, damaged} with U+FFFD for what
 * is broken; or {@code windows-1252}, if nothing speaks against that. Whatever else is refused.
 */
public final class TextParser implements DocumentParser {
  static final long MAX_BYTES = 64L << 20;

  private static final Set<String> EXTENSIONS =
      Set.of(
          "", "txt", "text", "log", "rst", "adoc", "asciidoc", "org", "tex", "csv", "tsv", "srt");

  private final Set<String> extensions;

  /**
   * Files whose names end in {@code txt}, {@code text}, {@code log}, {@code rst}, {@code adoc},
   * {@code asciidoc}, {@code org}, {@code tex}, {@code csv}, {@code tsv}, {@code srt}, or have no
   * such end.
   */
  public TextParser() {
    this(EXTENSIONS);
  }

  /** Files with these extensions alone, such as {@code java} and {@code sql}. */
  public TextParser(Set<String> extensions) {
    this.extensions = Set.copyOf(extensions);
  }

  @Override
  public String kind() {
    return "text";
  }

  @Override
  public Set<String> extensions() {
    return extensions;
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
    return new Document("", decoded.text(), Map.of("encoding", decoded.encoding()));
  }
}
