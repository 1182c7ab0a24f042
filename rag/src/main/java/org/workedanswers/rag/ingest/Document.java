package org.workedanswers.rag.ingest;

import java.util.Map;

/**
 * A document as its text.
 *
 * @param title what it is called, or empty
 * @param text what it says; may be blank
 * @param metadata what filters ask for
 */
public record Document(String title, String text, Map<String, String> metadata) {
  /** Keeps the metadata as they are now. */
  public Document {
    metadata = Map.copyOf(metadata);
  }
}
