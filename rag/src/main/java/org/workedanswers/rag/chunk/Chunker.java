package org.workedanswers.rag.chunk;

import java.util.List;

/** Cuts a text into chunks, the passages that are embedded and found. */
@FunctionalInterface
public interface Chunker {
  /**
   * Where the chunks stand: each begins and ends behind the one ahead of it, and they may overlap.
   * Every token is in a chunk; none for a text without tokens. No chunk begins or ends with white
   * space.
   */
  List<Span> chunks(String text);
}
