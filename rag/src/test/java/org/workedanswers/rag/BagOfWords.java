package org.workedanswers.rag;

import java.util.Arrays;
import java.util.function.Consumer;
import org.workedanswers.core.SeededRandom;

/** An embedder for tests: a random direction for each word's stem, and a text is their sum. */
public final class BagOfWords {
  private static final Analyzer ANALYZER = new EnglishAnalyzer();

  private BagOfWords() {}

  /** Vectors of so many numbers. */
  public static Embedder embedder(int dimension) {
    return embedder(dimension, text -> {});
  }

  /** The same, telling of each text that it embeds. */
  public static Embedder embedder(int dimension, Consumer<String> told) {
    return new TextEmbedder(
        dimension,
        text -> {
          told.accept(text);
          float[] sum = new float[dimension];
          Arrays.fill(sum, 1e-3f); // a text without words has a direction as well
          for (String term : ANALYZER.terms(text)) {
            float[] x = new SeededRandom(term.hashCode()).gaussian(1, dimension, 1).row(0);
            for (int j = 0; j < dimension; j++) {
              sum[j] += x[j];
            }
          }
          return sum;
        });
  }
}
