package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class LengthBatchesTest {
  @Test
  void everyTextIsInOneBatchOfItsLength() {
    SeededRandom random = new SeededRandom(1);
    for (int n : new int[] {0, 1, 2, 3, 7, 17, 64, 207, 1025}) {
      int tokens = 1 + random.below(300);
      int[] lengths = new int[n];
      for (int i = 0; i < n; i++) {
        lengths[i] = 2 + random.below(30);
      }
      boolean[] seen = new boolean[n];
      int before = Integer.MAX_VALUE;
      for (int[] batch : LengthBatches.of(lengths, tokens)) {
        int length = lengths[batch[0]];
        assertTrue(length <= before);
        assertTrue(batch.length == 1 || batch.length * length <= tokens);
        before = length;
        for (int text : batch) {
          assertEquals(length, lengths[text]);
          assertTrue(!seen[text]);
          seen[text] = true;
        }
      }
      for (boolean s : seen) {
        assertTrue(s);
      }
    }
  }

  @Test
  void batchesAreFilled() {
    List<int[]> batches = LengthBatches.of(new int[] {4, 4, 5, 4, 4, 4}, 12);
    assertEquals(3, batches.size());
    assertEquals(List.of(1, 3, 2), batches.stream().map(b -> b.length).toList());
  }
}
