package org.workedanswers.answers;

import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.TokenEmbedder;

/** What turns texts into vectors, and the tokens that it cuts them into. */
public interface SentenceModel extends AutoCloseable {
  /** A vector a text. */
  Embedder embedder();

  /** A vector a token, for late interaction. */
  TokenEmbedder tokenEmbedder();

  /** Where tokens stand, for passages of so many. */
  Tokens tokens();

  /**
   * Model, settings and what computes them: what a measurement keeps of one is not taken for
   * another's, also where their vectors are alike.
   */
  String key();

  @Override
  void close();
}
