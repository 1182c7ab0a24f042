package org.workedanswers.rag.chunk;

import org.workedanswers.core.Check;

/**
 * How long chunks are.
 *
 * @param tokens what is counted: the embedding model's
 * @param most tokens of a chunk, at most
 * @param overlap tokens that a chunk shares with the one ahead, at most: 0..most - 1
 */
public record ChunkSize(Tokens tokens, int most, int overlap) {
  /** Checks the numbers. */
  public ChunkSize {
    Check.positive("the size of a chunk", most);
    Check.that(
        0 <= overlap && overlap < most,
        "an overlap of %d tokens does not fit chunks of %d: it must be 0..%d",
        overlap,
        most,
        most - 1);
  }
}
