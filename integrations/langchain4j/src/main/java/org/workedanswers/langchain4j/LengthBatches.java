package org.workedanswers.langchain4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Batches of texts of one length each, so that nothing is filled up and no text's vector depends on
 * its neighbours.
 */
final class LengthBatches {
  private LengthBatches() {}

  /**
   * The texts' indices in batches, the longest texts first. A batch has at most {@code tokens}
   * tokens in all, or one text.
   *
   * @param lengths how many tokens each text has
   */
  static List<int[]> of(int[] lengths, int tokens) {
    Integer[] order = new Integer[lengths.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt(i -> -lengths[i])); // stable
    List<int[]> batches = new ArrayList<>();
    int to;
    for (int from = 0; from < order.length; from = to) {
      int length = lengths[order[from]];
      int room = Math.max(1, tokens / Math.max(1, length));
      to = from;
      while (to < order.length && lengths[order[to]] == length && to - from < room) {
        to++;
      }
      int[] batch = new int[to - from];
      for (int i = from; i < to; i++) {
        batch[i - from] = order[i];
      }
      batches.add(batch);
    }
    return batches;
  }
}
