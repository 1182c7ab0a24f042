/**
 * Retrieval: which documents answer a question. By words (BM25 over an inverted index), by meaning
 * (search among embeddings, exact or by a walk through a graph of near ones), and by both
 * (reciprocal rank fusion).
 *
 * <p>A document is a number, 0..n-1: its place in the collection, the row of its embedding. Where
 * scores are equal, the lower number comes first. Every search returns {@link
 * org.workedanswers.rag.Hit}s, the best first.
 *
 * <p>Beside the forms to read stand fast ones that find the same, bit for bit: {@link
 * org.workedanswers.rag.MaxScoreBm25} beside {@link org.workedanswers.rag.Bm25}, {@link
 * org.workedanswers.rag.Int8DenseIndex} beside {@link org.workedanswers.rag.DenseIndex}.
 *
 * <p>{@link org.workedanswers.rag.HnswIndex} searches by meaning in a small part of the time and
 * may miss a few. {@code org.workedanswers.rag.chunk} cuts documents into passages, {@code
 * org.workedanswers.rag.store} keeps them while they come and go.
 *
 * <p>Start with {@link org.workedanswers.rag.Bm25}, then {@link
 * org.workedanswers.rag.ReciprocalRankFusion}; {@link org.workedanswers.rag.HybridRetriever} puts
 * them together, and {@link org.workedanswers.rag.RankingMetrics} says how good a ranking is.
 */
package org.workedanswers.rag;
