package org.workedanswers.documents;

import java.util.Map;
import java.util.Set;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * Plain text, in UTF-8, in UTF-16 or UTF-32 behind a byte order mark, or in Windows-1252, as
 * metadata {@code encoding} says. The title is the file's name.
 */
public final class TextParser implements DocumentParser {
  @Override
  public String kind() {
    return "text";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("", "txt", "text", "log", "csv", "tsv", "rst", "adoc", "asciidoc", "org", "tex");
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Document parse(String name, byte[] bytes) throws UnreadableDocumentException {
    PlainText text = PlainText.of(bytes);
    return new Document(name, text.text(), Map.of("encoding", text.charset().name()));
  }
}
