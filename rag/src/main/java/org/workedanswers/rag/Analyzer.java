package org.workedanswers.rag;

import java.util.List;

/**
 * Cuts a text into the terms that are counted and looked up. Documents and queries must go through
 * the same one.
 *
 * @see WordAnalyzer
 */
@FunctionalInterface
public interface Analyzer {
  /** The terms of a text in their order, repeated ones repeated; none for an empty text. */
  List<String> terms(String text);
}
