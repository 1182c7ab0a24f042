package org.workedanswers.rag.chunk;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Cosine;
import org.workedanswers.rag.Embedder;

/**
 * Chunks that end where neighbouring sentences part in meaning.
 *
 * <pre>
 *   e(i)   embedding of sentence i with the one ahead and the one behind      [d]
 *   δ(i) = 1 - cos(e(i), e(i+1))
 *   a cut behind sentence i where δ(i) is above the p-th percentile of all δ of the text
 * </pre>
 *
 * The sentences on either side smooth δ: a short sentence alone says little. What lies between two
 * cuts and is longer than a chunk may be is packed by sentences, as {@link SentenceChunker} does
 * without overlap. The text sets its own threshold, so a text of one topic is cut as well: p says
 * how often. Costs an embedding a sentence, of about three times as much text.
 *
 * <p>The method is Greg Kamradt's, <i>5 Levels of Text Splitting</i>, level 4, 2024.
 */
public final class SemanticChunker implements Chunker {
  private final Embedder embedder;
  private final Tokens tokens;
  private final int size;
  private final double percentile;

  /**
   * What a text's cuts rest on.
   *
   * @param sentences in their order, n
   * @param distances δ, n - 1 of them
   * @param threshold the percentile of them; +∞ where there are none
   */
  public record Trace(List<Span> sentences, List<Double> distances, double threshold) {}

  /**
   * Chunks of at most so many tokens.
   *
   * @param embedder what tells how like sentences are
   * @param tokens the embedding model's
   * @param size of a chunk, at most
   * @param percentile p: 95 cuts behind about one sentence in twenty
   * @throws IllegalArgumentException unless p is above 0 and at most 100
   */
  public SemanticChunker(Embedder embedder, Tokens tokens, int size, double percentile) {
    this.embedder = embedder;
    this.tokens = tokens;
    this.size = Check.positive("the size of a chunk", size);
    Check.that(
        percentile > 0 && percentile <= 100,
        "the percentile is %s: it must be above 0 and at most 100",
        percentile);
    this.percentile = percentile;
  }

  @Override
  public List<Span> chunks(String text) {
    TokenIndex index = new TokenIndex(tokens, text);
    Trace trace = trace(text);
    List<Span> chunks = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < trace.sentences().size(); i++) {
      boolean last = i == trace.sentences().size() - 1;
      if (last || trace.distances().get(i) > trace.threshold()) {
        List<Span> together = trace.sentences().subList(from, i + 1);
        chunks.addAll(Packing.pack(index, Packing.cut(index, together, size), size, 0));
        from = i + 1;
      }
    }
    return chunks;
  }

  /** The sentences and how far their neighbours are from them. */
  public Trace trace(String text) {
    List<Span> sentences = Sentences.of(text);
    int n = sentences.size();
    if (n < 2) {
      return new Trace(sentences, List.of(), Double.POSITIVE_INFINITY);
    }
    List<String> windows = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int from = sentences.get(Math.max(0, i - 1)).from();
      windows.add(text.substring(from, sentences.get(Math.min(n - 1, i + 1)).to()));
    }
    Matrix e = embedder.embed(windows); // [n x d]
    double[] distances = new double[n - 1];
    List<Double> list = new ArrayList<>(n - 1);
    for (int i = 0; i < n - 1; i++) {
      distances[i] = 1 - Cosine.of(e, i, e, i + 1);
      list.add(distances[i]);
    }
    return new Trace(sentences, list, new Percentile(percentile).evaluate(distances));
  }
}
