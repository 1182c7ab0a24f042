package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.List;

/**
 * English words by their stems: {@link WordAnalyzer} without the English stop words, signs within
 * words kept ({@code 3.5} is one word), then Porter's stemming. As Lucene's {@code
 * EnglishAnalyzer}, which published figures of BM25 rest on, but for rare signs and scripts.
 */
public final class EnglishAnalyzer implements Analyzer {
  private final WordAnalyzer words = new WordAnalyzer(WordAnalyzer.ENGLISH_STOP_WORDS, true);

  @Override
  public List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    for (String word : words.terms(text)) {
      terms.add(PorterStemmer.stem(word));
    }
    return terms;
  }
}
