/**
 * Cuts documents into the passages that are searched. A {@link org.workedanswers.rag.chunk.Chunker}
 * says where: {@link org.workedanswers.rag.chunk.FixedChunker} after so many tokens, {@link
 * org.workedanswers.rag.chunk.SentenceChunker} between sentences, {@link
 * org.workedanswers.rag.chunk.RecursiveChunker} at the largest seam that serves (paragraph, line,
 * sentence, token), {@link org.workedanswers.rag.chunk.SemanticChunker} where neighbouring
 * sentences speak of different things.
 *
 * <p>Sizes are counted in the tokens of the model that will embed the passages, since what passes
 * its length is cut off unseen: {@link org.workedanswers.rag.chunk.Tokens}.
 */
package org.workedanswers.rag.chunk;
