package org.workedanswers.answers.glossary;

import java.util.Map;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.DocumentSource;

/** A document as its text, which is its own stamp. */
record TextSource(String id, String text) implements DocumentSource {
  @Override
  public String stamp() {
    return text;
  }

  @Override
  public Document read() {
    return new Document("", text, Map.of());
  }
}
