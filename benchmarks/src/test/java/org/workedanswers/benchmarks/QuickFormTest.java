package org.workedanswers.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuickFormTest {
  @Test
  void whatFitsIsRunWhole() {
    QuickForm quick =
        QuickForm.of(
            List.of(
                Map.of("n", List.of("1", "2"), "kernels", List.of("plain", "simd")),
                Map.of("n", List.of("1", "2"))));
    assertEquals(6, quick.runs());
    assertEquals(List.of("1", "2"), quick.parameters().get("n"));
  }

  @Test
  void theLastSizesAreLeftOutThenTheLastKernelsAndOtherNamesNever() {
    List<String> kernels = List.of("plain", "simd", "nd4j");
    List<Map<String, List<String>>> methods = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Map<String, List<String>> parameters = new LinkedHashMap<>();
      parameters.put("n", List.of("64", "256", "1024"));
      parameters.put("kernels", kernels);
      methods.add(parameters);
    }
    QuickForm quick = QuickForm.of(methods);
    assertEquals(12, quick.runs());
    assertEquals("n = 64; kernels = plain, simd, nd4j", quick.toString());

    methods.get(0).put("form", List.of("a", "b", "c", "d"));
    quick = QuickForm.of(methods);
    assertEquals(14, quick.runs());
    assertEquals("n = 64; kernels = plain, simd; form = a, b, c, d", quick.toString());

    methods.get(1).put("form", List.of("a", "b", "c", "d"));
    assertEquals(20, QuickForm.of(methods).runs());
  }

  @Test
  void mostOfARunIsWarmingUp() {
    QuickForm quick = QuickForm.of(List.of(Map.of()));
    int warmUp = QuickForm.warmups() * quick.warmupMillis();
    assertTrue(warmUp >= 3 * QuickForm.ITERATIONS * quick.millis());
  }

  @Test
  void thePlannedTimeStaysUnderTwoMinutes() {
    for (int runs = 1; runs <= 40; runs++) {
      List<Map<String, List<String>>> methods = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        methods.add(Map.of());
      }
      QuickForm quick = QuickForm.of(methods);
      assertEquals(runs, quick.runs());
      int perRun =
          QuickForm.warmups() * quick.warmupMillis() + QuickForm.ITERATIONS * quick.millis();
      assertTrue(runs * (perRun / 1000.0 + 1.5) < 110, runs + " runs");
      assertTrue(quick.millis() >= 15);
    }
  }
}
