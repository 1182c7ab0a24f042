package org.workedanswers.tokenizers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ranks of a list of merges, by the numbers of their pieces. */
final class MergeTable implements Merger.Pairs {
  private final Map<Long, Long> pairs;

  /**
   * Makes the table.
   *
   * @throws IllegalArgumentException if a piece, or what a merge makes, is not in the vocabulary
   */
  MergeTable(Vocabulary vocabulary, List<Merge> merges) {
    pairs = new HashMap<>(2 * merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      int left = piece(vocabulary, merge.left(), rank);
      int right = piece(vocabulary, merge.right(), rank);
      int merged = piece(vocabulary, merge.left() + merge.right(), rank);
      pairs.put(key(left, right), Merger.pair(rank, merged));
    }
  }

  private static int piece(Vocabulary vocabulary, String piece, int rank) {
    int id = vocabulary.find(piece);
    Require.that(
        id != Tokenizer.NONE,
        "merge %d needs the piece %s, which is not in the vocabulary of %d",
        rank,
        Require.quoted(piece),
        vocabulary.size());
    return id;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  @Override
  public long merge(int left, int right) {
    return pairs.getOrDefault(key(left, right), Merger.NO);
  }
}
