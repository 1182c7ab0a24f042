package org.workedanswers.rag.answer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Cosine;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.chunk.Sentences;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.store.Passage;

/**
 * The sentences of passages by how close they come to a question.
 *
 * <pre>
 *   s(q, t) = cos(e(q), e(t))         q: the question, t: a sentence
 *   evidence = max s over the passages' sentences that don't speak to a language model
 * </pre>
 *
 * A whole passage is about several things, and its embedding is their mean; the one sentence that
 * answers stands out only by itself.
 *
 * @param sentences the closest first; equal ones in the passages' order
 */
record Evidence(List<Scored> sentences) {
  /**
   * A sentence.
   *
   * @param passage the number of its passage, from 1
   * @param text what it says
   * @param planted whether it speaks to a language model
   * @param score s
   */
  record Scored(int passage, String text, boolean planted, double score) {}

  /** A whole heading, which says nothing by itself, or what stands ahead of an item of a list. */
  private static final Pattern MARK = Pattern.compile("^(?:#{1,6} .*|[-*+] +|\\d{1,3}[.)] +)");

  /** Sentences that are longer are cut: an embedding has no use for more. */
  private static final int MAX_LENGTH = 2000;

  /** The evidence of passages, of which number 1 is the first. */
  static Evidence of(Embedder embedder, String question, List<Passage> passages) {
    List<String> texts = new ArrayList<>(List.of(question));
    List<Scored> unscored = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      String text = passages.get(i).text();
      List<Span> planted = PlantedInstructions.in(text);
      for (Span span : Sentences.of(text)) {
        String sentence = MARK.matcher(span.atMost(MAX_LENGTH, text).of(text)).replaceFirst("");
        if (sentence.isBlank()) {
          continue;
        }
        texts.add(sentence);
        unscored.add(new Scored(i + 1, sentence, planted.contains(span), 0));
      }
    }
    Matrix e = embedder.embed(texts);
    List<Scored> scored = new ArrayList<>();
    for (int i = 0; i < unscored.size(); i++) {
      Scored s = unscored.get(i);
      scored.add(new Scored(s.passage(), s.text(), s.planted(), Cosine.of(e, 0, e, i + 1)));
    }
    scored.sort(Comparator.comparingDouble(s -> -s.score()));
    return new Evidence(List.copyOf(scored));
  }

  /** The largest score of a sentence that speaks to a reader; -1 where there is none. */
  double best() {
    return sentences.stream()
        .filter(s -> !s.planted())
        .mapToDouble(Scored::score)
        .findFirst()
        .orElse(-1);
  }
}
