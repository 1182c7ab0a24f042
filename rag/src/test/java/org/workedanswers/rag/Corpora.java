package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.SeededRandom;

/** Random documents and queries as lists of terms, with what makes trouble in them. */
final class Corpora {
  private Corpora() {}

  /**
   * Documents of 0 to about 400 terms, some of them twins, common words more often than rare ones.
   */
  static List<List<String>> documents(SeededRandom random, int count, int vocabulary) {
    List<List<String>> documents = new ArrayList<>();
    for (int d = 0; d < count; d++) {
      if (d > 0 && random.below(8) == 0) {
        documents.add(documents.get(random.below(d))); // a tie
        continue;
      }
      int length =
          switch (random.below(6)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> 38 + random.below(6); // where one byte begins to round
            case 3 -> random.below(400);
            default -> random.below(30);
          };
      documents.add(terms(random, length, vocabulary));
    }
    return documents;
  }

  /** Terms w0, w1, ...: the lower the number, the more common. */
  static List<String> terms(SeededRandom random, int length, int vocabulary) {
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      double u = random.uniform();
      terms.add("w" + (int) (vocabulary * u * u * u));
    }
    return terms;
  }

  /** A query with repeated and unknown terms. */
  static List<String> query(SeededRandom random, int vocabulary) {
    List<String> query = terms(random, random.below(7), vocabulary);
    if (!query.isEmpty() && random.coin()) {
      query.add(query.get(0));
    }
    if (random.coin()) {
      query.add("unknown");
    }
    return query;
  }
}
