package org.workedanswers.rag.chunk;

import java.util.List;
import org.workedanswers.core.Check;

/**
 * Chunks of one size, whatever the text says: tokens i · (size - overlap) to i · (size - overlap) +
 * size for i = 0, 1, 2 ...; the last is the first that reaches the text's end.
 *
 * <p>With an overlap a sentence that a cut goes through is whole in one of two chunks, if it is no
 * longer than the overlap.
 */
public final class FixedChunker implements Chunker {
  private final Tokens tokens;
  private final int size;
  private final int overlap;

  /**
   * Chunks of so many tokens.
   *
   * @param tokens the embedding model's
   * @param size of a chunk
   * @param overlap tokens that a chunk shares with the one ahead
   * @throws IllegalArgumentException unless {@code 0 <= overlap < size}
   */
  public FixedChunker(Tokens tokens, int size, int overlap) {
    this.tokens = tokens;
    this.size = Check.positive("the size of a chunk", size);
    this.overlap = overlap(overlap, size);
  }

  static int overlap(int overlap, int size) {
    Check.that(
        0 <= overlap && overlap < size,
        "an overlap of %d tokens does not fit chunks of %d: it must be 0..%d",
        overlap,
        size,
        size - 1);
    return overlap;
  }

  @Override
  public List<Span> chunks(String text) {
    TokenIndex index = new TokenIndex(tokens, text);
    return index.windows(0, index.size(), size, overlap);
  }
}
