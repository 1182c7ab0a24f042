package org.workedanswers.rag.chunk;

import java.util.List;

/**
 * Chunks of one size, whatever the text says: tokens i · (most - overlap) to i · (most - overlap) +
 * most for i = 0, 1, 2 ...; the last is the first that reaches the text's end.
 *
 * <p>With an overlap a sentence that a cut goes through is whole in one of two chunks, if it is no
 * longer than the overlap.
 */
public final class FixedChunker implements Chunker {
  private final ChunkSize size;

  /** Chunks of that size. */
  public FixedChunker(ChunkSize size) {
    this.size = size;
  }

  @Override
  public List<Span> chunks(String text) {
    TokenIndex index = new TokenIndex(size.tokens(), text);
    return index.windows(0, index.size(), size.most(), size.overlap());
  }
}
