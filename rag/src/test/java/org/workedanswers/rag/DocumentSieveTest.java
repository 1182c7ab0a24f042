package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.core.SeededRandom;

/** Places held against a binary search, for every document of the collection. */
class DocumentSieveTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 15, 17, 31, 33, 63, 64, 65, 127, 128, 129, 207, 1025, 70_001})
  void placesAreThoseOfASearch(int size) {
    SeededRandom random = new SeededRandom(size);
    for (int one = 1; one <= 4096; one *= 4) {
      int odds = one;
      int[] some = IntStream.range(0, size).filter(d -> random.below(odds) == 0).toArray();
      check(some.length > 0 ? some : new int[] {random.below(size)}, size);
    }
    check(new int[] {0}, size);
    check(new int[] {size - 1}, size);
  }

  /** Where many documents share a bit, and the others have none. */
  @ParameterizedTest
  @ValueSource(ints = {1, 17, 64, 300})
  void documentsInARow(int count) {
    check(IntStream.range(5000, 5000 + count).toArray(), 20_000);
    check(IntStream.range(20_000 - count, 20_000).toArray(), 20_000);
  }

  private static void check(int[] documents, int size) {
    DocumentSieve sieve = new DocumentSieve(documents, size);
    for (int d = 0; d < size; d++) {
      assertEquals(Math.max(-1, Arrays.binarySearch(documents, d)), sieve.place(d), size + " " + d);
    }
  }
}
