package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.sampling.Sampler;
import org.workedanswers.transformer.sampling.SamplerSettings;

/** How long a decoder writes. */
class GenerationTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final Sampler GREEDY = new Sampler(SamplerSettings.GREEDY);

  private final SeededRandom random = new SeededRandom(5);
  private final Decoder decoder = Initial.decoder(Shapes.decoder(random), random);

  private int[] write(int capacity, int[] prompt, int most, List<Integer> told, int last) {
    return Generation.write(
        decoder.start(COMPUTE, capacity),
        prompt,
        most,
        GREEDY,
        random,
        token -> {
          told.add(token);
          return told.size() < last;
        });
  }

  /** The token that ends it is the last, and is told. */
  @Test
  void itStopsWhenItIsTold() {
    for (int last = 1; last < 6; last++) {
      List<Integer> told = new ArrayList<>();
      int[] written = write(20, new int[] {1, 2}, 9, told, last);
      assertEquals(last, written.length);
      assertArrayEquals(written, told.stream().mapToInt(t -> t).toArray());
    }
  }

  /** The last token needs no room, as nothing is foreseen from it. */
  @Test
  void itWritesAsFarAsThereIsRoom() {
    for (int capacity = 2; capacity < 8; capacity++) {
      int[] written = write(capacity, new int[] {1, 2}, 9, new ArrayList<>(), 99);
      assertEquals(capacity - 2 + 1, written.length);
      int[] longer = write(capacity + 1, new int[] {1, 2}, 9, new ArrayList<>(), 99);
      assertArrayEquals(written, Arrays.copyOf(longer, written.length));
    }
    assertEquals(3, write(20, new int[] {1, 2}, 3, new ArrayList<>(), 99).length);
    assertEquals(0, write(20, new int[] {1, 2}, 0, new ArrayList<>(), 99).length);
    List<Integer> told = new ArrayList<>();
    assertThrows(IllegalArgumentException.class, () -> write(1, new int[] {1, 2}, 3, told, 99));
    assertThrows(IllegalArgumentException.class, () -> write(9, new int[0], 3, told, 99));
  }
}
