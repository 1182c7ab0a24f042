/**
 * Sentence embeddings by the transformer's own encoder, for rag: no native library.
 *
 * <p>Start with {@link org.workedanswers.embeddings.SentenceEncoder}.
 */
package org.workedanswers.embeddings;
