package org.workedanswers.rag.chunk;

import java.util.List;

/**
 * Chunks of whole {@link Sentences}, as many as fit the size; a chunk begins again with the last
 * sentences of the one ahead, as many as fit the overlap. A sentence that is longer than a chunk is
 * cut after so many tokens.
 */
public final class SentenceChunker implements Chunker {
  private final ChunkSize size;

  /** Chunks of that size. */
  public SentenceChunker(ChunkSize size) {
    this.size = size;
  }

  @Override
  public List<Span> chunks(String text) {
    TokenIndex index = new TokenIndex(size.tokens(), text);
    List<Span> sentences = Packing.cut(index, Sentences.of(text), size.most());
    return Packing.pack(index, sentences, size.most(), size.overlap());
  }
}
