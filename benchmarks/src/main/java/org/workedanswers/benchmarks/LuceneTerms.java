package org.workedanswers.benchmarks;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/** Terms for Lucene as they are. */
public final class LuceneTerms extends TokenStream {
  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final List<String> terms;
  private int next;

  /** The terms of one document, in order. */
  public LuceneTerms(List<String> terms) {
    this.terms = terms;
  }

  @Override
  public boolean incrementToken() {
    clearAttributes();
    if (next == terms.size()) {
      return false;
    }
    term.setEmpty().append(terms.get(next++));
    return true;
  }
}
