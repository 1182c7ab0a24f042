package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SharedData;

class CalibrationTextTest {
  private final DecoderFile stories =
      DecoderFile.read(SharedData.file("gguf/stories260K-f16.gguf"), Optional.empty());

  @Test
  void sequencesAreAsLongAsTheModelTakesAndBegunAsItWants() {
    String text = "Once upon a time there was a little dog. ".repeat(200);
    List<int[]> sequences = CalibrationText.sequences(stories, List.of(text, "The end."), 1300);
    assertEquals(3, sequences.size());
    int taken = 0;
    for (int[] sequence : sequences) {
      assertEquals(1, sequence[0]);
      assertTrue(sequence.length <= 512);
      taken += sequence.length - 1;
    }
    assertEquals(1300, taken);
  }

  /** d = 64, 8 heads of 8, 4 of keys, d_ff = 172: 3 · 64 + 192 + 2 · 172 floats a token. */
  @Test
  void whatDoesNotFitIsRefusedAhead() {
    long each = 4 * (192 + 192 + 344);
    CalibrationText.checkMemory(stories.config(), 1000, 2 * 1000 * each);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> CalibrationText.checkMemory(stories.config(), 1001, 2 * 1000 * each));
    assertTrue(e.getMessage().startsWith("1,001 calibration tokens take 2.78 MiB"), e.getMessage());
    assertTrue(e.getMessage().contains("--calibrate-tokens"), e.getMessage());
  }
}
