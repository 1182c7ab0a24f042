package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InterleavedBytesTest {
  @Test
  void bytesComeBackAndStandWhereTheFormulaSays() {
    SeededRandom random = new SeededRandom(1);
    for (int rows : new int[] {0, 1, 31, 32, 33, 65, 207}) {
      for (int cols : new int[] {0, 1, 2, 3, 7, 64}) {
        InterleavedBytes w = new InterleavedBytes(rows, cols);
        byte[] bytes = new byte[rows * cols + 3];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (i % 5 == 0 ? -128 : random.below(256) - 128);
        }
        for (int r = 0; r < rows; r++) {
          w.put(r, bytes, 3 + r * cols);
        }
        assertEquals((rows + 31) / 32, w.groups());
        assertEquals(w.groups() * 32 * ((cols + 1) / 2), w.codes().length);
        for (int r = 0; r < w.groups() * 32; r++) {
          for (int c = 0; c < cols; c++) {
            assertEquals(r < rows ? bytes[3 + r * cols + c] : 0, w.get(r, c), r + ", " + c);
          }
          if (cols > 4) {
            short s = w.codes()[32 * (r / 32 * w.pairs() + 2) + r % 32];
            assertEquals((short) (w.get(r, 4) + 128 + 256 * w.get(r, 5)), s);
          }
        }
      }
    }
  }

  @Test
  void aLastColumnAloneIsPairedWithZeros() {
    InterleavedBytes w = new InterleavedBytes(1, 1);
    w.put(0, new byte[] {-128}, 0);
    short[] expected = new short[32];
    Arrays.fill(expected, (short) 128);
    expected[0] = 0;
    assertArrayEquals(expected, w.codes());
  }

  @Test
  void sizesThatAreNegativeOrPassAnArrayAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new InterleavedBytes(-1, 2));
    assertThrows(IllegalArgumentException.class, () -> new InterleavedBytes(2, -1));
    assertThrows(IllegalArgumentException.class, () -> new InterleavedBytes(1 << 24, 1 << 10));
    assertEquals(0, new InterleavedBytes(0, Integer.MAX_VALUE).codes().length);
  }
}
