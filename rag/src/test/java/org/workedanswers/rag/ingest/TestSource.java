package org.workedanswers.rag.ingest;

import java.util.Map;

/**
 * A document for tests.
 *
 * @param id its id
 * @param title its title
 * @param text what it says; null for one that can't be read
 */
public record TestSource(String id, String title, String text) implements DocumentSource {
  @Override
  public String stamp() {
    return title + "\n" + text;
  }

  @Override
  public Document read() throws UnreadableDocumentException {
    if (text == null) {
      throw new UnreadableDocumentException("the disk has a hole");
    }
    return new Document(title, text, Map.of("kind", "text"));
  }
}
