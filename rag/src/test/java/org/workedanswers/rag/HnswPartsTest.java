package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex.Similarity;

/** What the graph is made with: packed scores, the heap, levels. */
class HnswPartsTest {
  @Test
  void packedScoresOrderAsHitsDo() {
    SeededRandom random = new SeededRandom(1);
    float[] scores = {0, -0f, 1, -1, 1e-40f, -1e-40f, 1e30f, -1e30f, 0.5f, Math.nextUp(0.5f)};
    int[] numbers = {0, 1, 2, 77, Integer.MAX_VALUE};
    for (int round = 0; round < 2000; round++) {
      float a = random.coin() ? scores[random.below(10)] : (float) random.gaussian();
      float b = random.coin() ? scores[random.below(10)] : (float) random.gaussian();
      Hit x = new Hit(numbers[random.below(5)], a);
      Hit y = new Hit(numbers[random.below(5)], b);
      long px = Scored.of(a, x.document());
      long py = Scored.of(b, y.document());
      assertEquals(TopHits.bestFirst(x, y), Long.compare(py, px), x + ", " + y);
      assertEquals(x.document(), Scored.number(px));
      assertEquals(a + 0f, Scored.score(px));
    }
  }

  @Test
  void theHeapGivesWhatAQueueGives() {
    SeededRandom random = new SeededRandom(2);
    LongHeap heap = new LongHeap();
    PriorityQueue<Long> queue = new PriorityQueue<>();
    for (int step = 0; step < 20_000; step++) {
      int action = random.below(10);
      long value = random.below(1000) - 500;
      if (action < 5 || queue.isEmpty()) {
        heap.push(value);
        queue.add(value);
      } else if (action < 8) {
        assertEquals(queue.poll(), heap.pop());
      } else if (action == 8) {
        queue.poll();
        queue.add(value);
        heap.replaceTop(value);
      } else if (random.below(50) == 0) {
        long[] sorted = new long[queue.size() + 1];
        int count = heap.drain(sorted);
        assertEquals(queue.size(), count);
        for (int i = 0; i < count; i++) {
          assertEquals(queue.poll(), sorted[i]);
        }
        assertEquals(0, heap.size());
      }
      assertEquals(queue.size(), heap.size());
      if (!queue.isEmpty()) {
        assertEquals(queue.peek(), heap.top());
      }
    }
    heap.push(1);
    heap.clear();
    assertEquals(0, heap.size());
  }

  @Test
  void eachLayerHasAnMthOfTheOneBelow() {
    for (int m : new int[] {2, 4, 16}) {
      HnswLevels levels = new HnswLevels(new HnswSettings(Similarity.DOT, m, 10, 3));
      HnswLevels again = new HnswLevels(new HnswSettings(Similarity.COSINE, m, 99, 3));
      int n = 40_000;
      List<Integer> reach = new ArrayList<>(List.of(0, 0, 0, 0));
      for (int i = 0; i < n; i++) {
        int level = levels.next();
        assertEquals(level, again.next());
        for (int l = 0; l <= Math.min(3, level); l++) {
          reach.set(l, reach.get(l) + 1);
        }
      }
      assertEquals(n, reach.get(0));
      for (int l = 1; l <= 2; l++) {
        double p = Math.pow(m, -l);
        double deviation = Math.sqrt(n * p * (1 - p));
        assertEquals(n * p, reach.get(l), 4 * deviation, "M = " + m + ", layer " + l);
      }
    }
  }

  @Test
  void listsAreKeptToTheirLength() {
    HnswGraph graph = new HnswGraph(2);
    graph.room(3);
    assertEquals(-1, graph.top());
    assertEquals(0, graph.add(0));
    graph.open(0);
    assertEquals(1, graph.add(3));
    assertEquals(0, graph.entry());
    graph.open(1);
    assertEquals(1, graph.entry());
    assertEquals(3, graph.top());
    for (int layer : new int[] {0, 3}) {
      int most = layer == 0 ? 4 : 2;
      for (int i = 0; i < most; i++) {
        assertTrue(graph.link(1, layer, 10 + i));
      }
      assertEquals(false, graph.link(1, layer, 99));
      assertEquals(most, graph.neighbours(1, layer).length);
    }
    assertEquals(0, graph.neighbours(1, 2).length);
    graph.link(1, 0, new int[] {5, 6, 7}, 2);
    assertEquals("[5, 6]", Arrays.toString(graph.neighbours(1, 0)));
    int at = graph.at(1, 0);
    assertEquals(
        "[2, 5, 6, 0, 0]", Arrays.toString(Arrays.copyOfRange(graph.lists(1, 0), at, at + 5)));
    assertEquals(0, graph.neighbours(0, 0).length);
    graph.clear(1);
    assertEquals(0, graph.level(1));
    assertEquals(0, graph.neighbours(1, 0).length);
  }
}
