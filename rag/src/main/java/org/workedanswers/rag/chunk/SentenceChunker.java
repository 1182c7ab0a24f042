package org.workedanswers.rag.chunk;

import java.util.List;
import org.workedanswers.core.Check;

/**
 * Chunks of whole {@link Sentences}, as many as fit the size; a chunk begins again with the last
 * sentences of the one ahead, as many as fit the overlap. A sentence that is longer than a chunk is
 * cut after {@code size} tokens.
 */
public final class SentenceChunker implements Chunker {
  private final Tokens tokens;
  private final int size;
  private final int overlap;

  /**
   * Chunks of at most so many tokens.
   *
   * @param tokens the embedding model's
   * @param size of a chunk, at most
   * @param overlap tokens that a chunk shares with the one ahead, at most
   * @throws IllegalArgumentException unless {@code 0 <= overlap < size}
   */
  public SentenceChunker(Tokens tokens, int size, int overlap) {
    this.tokens = tokens;
    this.size = Check.positive("the size of a chunk", size);
    this.overlap = FixedChunker.overlap(overlap, size);
  }

  @Override
  public List<Span> chunks(String text) {
    TokenIndex index = new TokenIndex(tokens, text);
    List<Span> sentences = Packing.cut(index, Sentences.of(text), size);
    return Packing.pack(index, sentences, size, overlap);
  }
}
