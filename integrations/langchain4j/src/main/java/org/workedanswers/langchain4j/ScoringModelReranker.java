package org.workedanswers.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.store.Passage;

/**
 * Any scoring model of LangChain4j as rag's {@link Reranker}: Cohere's, a cross-encoder ({@link
 * OnnxReranker}), and others.
 *
 * <p>The model reads a passage's title, a line end and its text. It gets batches of passages of
 * like length, since a local model fills the shorter ones up. A failure of the model reaches the
 * caller as it is.
 */
public final class ScoringModelReranker implements Reranker {
  private final ScoringModel model;
  private final String name;
  private final int batch;

  /**
   * A reranker over a model.
   *
   * @param name what it is called
   * @param batch how many passages the model gets at a time, at most
   * @throws IllegalArgumentException if the name is blank or {@code batch < 1}
   */
  public ScoringModelReranker(ScoringModel model, String name, int batch) {
    Check.that(!name.isBlank(), "the reranker's name is blank");
    this.model = model;
    this.name = name;
    this.batch = Check.positive("batch", batch);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the model gives too few or too many scores, or one that is no
   *     finite number
   */
  @Override
  public double[] scores(String query, List<Passage> passages) {
    List<TextSegment> segments =
        passages.stream().map(p -> TextSegment.from(p.searched())).toList();
    Integer[] order = new Integer[segments.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt(i -> segments.get(i).text().length())); // stable
    double[] scores = new double[order.length];
    for (int from = 0; from < order.length; from += batch) {
      List<TextSegment> part = new ArrayList<>();
      int to = Math.min(from + batch, order.length);
      for (int i = from; i < to; i++) {
        part.add(segments.get(order[i]));
      }
      List<Double> given = model.scoreAll(part, query).content();
      if (given.size() != part.size()) {
        throw new IllegalStateException(
            name + " gave " + given.size() + " scores for " + part.size() + " passages");
      }
      for (int i = from; i < to; i++) {
        Double score = given.get(i - from);
        if (score == null || !Double.isFinite(score)) {
          throw new IllegalStateException(
              name + " gave the score " + score + " for passage " + passages.get(order[i]).id());
        }
        scores[order[i]] = score;
      }
    }
    return scores;
  }
}
