package org.workedanswers.tokenizers;

import java.text.Normalizer;

/**
 * Which character of a text each character of its decomposition (NFD) comes from.
 *
 * <p>Each character is taken apart by itself; then marks in a row are put in the order of their
 * classes. As in Hugging Face's tokenizers the first part of a character counts one character of
 * the text on, a further part belongs to the one that was counted last. So origins never go back,
 * also where marks have changed places.
 */
final class Decomposition {
  private Decomposition() {}

  /**
   * For each char of the decomposition its origin.
   *
   * @param origins that of each char of {@code text}
   */
  static int[] origins(String text, String decomposed, IntList origins) {
    int[] result = new int[decomposed.length()];
    boolean[] first = firstParts(text, decomposed);
    int next = 0; // of text
    int last = 0;
    for (int i = 0, c, n = 0; i < decomposed.length(); i += Character.charCount(c), n++) {
      c = decomposed.codePointAt(i);
      if (first[n]) {
        last = next;
        next += Character.charCount(text.codePointAt(next));
      }
      for (int j = 0; j < Character.charCount(c); j++) {
        result[i + j] = origins.get(last);
      }
    }
    return result;
  }

  /** For each character of the decomposition whether it is the first part of a text's. */
  private static boolean[] firstParts(String text, String decomposed) {
    IntList parts = new IntList(); // before marks change places
    IntList firsts = new IntList();
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      int before = parts.size();
      if (c < 0xC0) {
        parts.add(c); // nothing below À has parts
      } else {
        Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD)
            .codePoints()
            .forEach(parts::add);
      }
      for (int j = before; j < parts.size(); j++) {
        firsts.add(j == before ? 1 : 0);
      }
    }
    int[] unordered = parts.toArray();
    int[] marked = firsts.toArray();
    boolean[] first = new boolean[unordered.length];
    int n = 0;
    for (int i = 0, c; i < decomposed.length(); i += Character.charCount(c), n++) {
      c = decomposed.codePointAt(i);
      int at = n;
      while (unordered[at] != c) {
        at++; // as far as marks of a row are moved
      }
      first[n] = marked[at] == 1;
      System.arraycopy(unordered, n, unordered, n + 1, at - n);
      System.arraycopy(marked, n, marked, n + 1, at - n);
    }
    return first;
  }
}
