package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.Passage;

/** The page's example, by the real exporter, to a receiver on the loopback. */
class OtlpTest {
  @Test
  void theExampleReachesAReceiver() throws IOException {
    try (OtlpReceiver receiver = new OtlpReceiver();
        MemoryStore store = store()) {
      Map<String, String> properties =
          Map.of(
              "otel.exporter.otlp.endpoint", receiver.endpoint(),
              "otel.exporter.otlp.protocol", "http/protobuf",
              "otel.logs.exporter", "none");
      properties.forEach(System::setProperty);
      try {
        assertEquals(1, TelemetryExample.search(store, "the moon's colour").size());
      } finally {
        properties.keySet().forEach(System::clearProperty);
      }
      List<String> spans = new ArrayList<>(receiver.spans);
      spans.sort(null);
      assertEquals(List.of("retrieval", "search_words"), spans);
      Set<String> ours = new TreeSet<>(receiver.metrics);
      // The SDK counts its own work as well.
      ours.removeIf(name -> !name.matches("(gen_ai|workedanswers)\\..*"));
      assertEquals(
          Set.of(
              "gen_ai.client.operation.duration",
              "workedanswers.step.duration",
              "workedanswers.step.passages"),
          ours);
      assertEquals(Set.of("application/x-protobuf"), Set.copyOf(receiver.contentTypes));
      assertFalse(receiver.bodies.toString().contains("moon"));
    }
  }

  private static MemoryStore store() {
    MemoryStore store =
        new MemoryStore(
            KernelsChoice.best(),
            Loop.sequential(),
            1,
            new EnglishAnalyzer(),
            Bm25.Settings.STANDARD);
    String text = "The moon is grey.";
    store.put(
        new Entry(
            "moon",
            "1",
            List.of(new Passage("moon-1", "moon", 0, text.length(), "", text, Map.of())),
            Matrix.zeros(1, 1)));
    return store;
  }
}
