package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.Compute;

class ContextLossTest {
  private static DecoderFile stories() {
    return DecoderFile.read(SharedData.file("gguf/stories260K-f16.gguf"), Optional.empty());
  }

  private static double band(List<ContextLoss.Row> rows, String name, int band) {
    return ContextLoss.named(rows, name).orElseThrow().bands()[band];
  }

  /** Texts differ by place, so a place is compared with itself: a window never sees new angles. */
  @Test
  @Tag("long")
  void plainLosesBeyondTheTrainingAndSomeScalingsHelp() {
    List<String> documents = TextScore.documents(SharedData.file("llm/tinystories_sample.txt"));
    ContextLoss loss = new ContextLoss(stories(), documents, 2, 1);
    List<ContextLoss.Row> rows =
        loss.measure(Compute.plain(KernelsChoice.best(), Loop.sequential()));
    double window = band(rows, "window of 256", 3); // 1.5 to 2 times the training
    double plain = band(rows, "plain", 3);
    String sinks = "4 sinks, the newest 252";
    assertTrue(plain > window + 0.1, plain + " " + window);
    assertTrue(band(rows, "YaRN, s = 2", 3) < plain, "YaRN");
    assertTrue(band(rows, "NTK, s = 2", 3) < plain, "NTK");
    assertTrue(band(rows, "position interpolation, s = 2", 3) > plain + 0.5, "untuned");
    assertEquals(window, band(rows, sinks, 3), 0.02);
    assertEquals(window, band(rows, "no sinks, the newest 256", 3), 1e-3, "relative positions");
    assertEquals(
        band(rows, "plain", 0), band(rows, "dynamic NTK, factor 1", 0), 1e-9, "short texts");
    assertEquals(band(rows, "plain", 0), band(rows, sinks, 0), 1e-9, "nothing forgotten");
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    DecoderFile file = stories();
    List<String> one = List.of("a");
    assertThrows(IllegalArgumentException.class, () -> new ContextLoss(file, one, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ContextLoss(file, one, 17, 1));
    assertThrows(IllegalArgumentException.class, () -> new ContextLoss(file, one, 2, 0));
    assertThrows(IllegalArgumentException.class, () -> new ContextLoss(file, List.of(), 2, 1));
  }
}
