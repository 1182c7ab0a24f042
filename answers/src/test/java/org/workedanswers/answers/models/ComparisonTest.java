package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.SharedData;
import org.workedanswers.quantization.GgufType;

/** stories260K in many formats; what ggml's own files give is in the data's README. */
class ComparisonTest {
  private static Workbench bench;

  @BeforeAll
  static void open() {
    bench = new Workbench(BlockedKernels.BLOCKED, 1, 1);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  private static DecoderFile floats() {
    return DecoderFile.read(
        SharedData.file("llm/stories260K.bin"), Optional.of(SharedData.file("llm/tok512.bin")));
  }

  private static Path shakespeare() {
    return SharedData.file("llm/tinyshakespeare.txt");
  }

  /** Two stretches of one text: the first is learnt from, on the second errors are taken. */
  private static Comparison comparison(DecoderFile file) {
    String text = TextScore.documents(shakespeare()).get(0);
    return new Comparison(
        file,
        CalibrationText.sequences(file, List.of(text.substring(0, 20_000)), 2048),
        List.of(text.substring(100_000, 102_000), text.substring(500_000, 502_000)),
        bench);
  }

  @Test
  void everyLayersOutputIsBetterByGptqThanRoundedToNearest() {
    ModelFormat format = ModelFormat.same("q4_0", GgufType.Q4_0);
    Comparison comparison = comparison(floats());
    Comparison.Line nearest = comparison.line(format, RoundingMethod.NEAREST);
    Comparison.Line order = comparison.line(format, RoundingMethod.GPTQ_ORDER);
    assertEquals(30, nearest.errors().size());
    nearest.errors().forEach((name, error) -> assertTrue(order.errors().get(name) < error, name));
  }

  @Test
  @Tag("long")
  void byEachMethodAndOfIntegersToo() {
    assertBetter(ModelFormat.same("q4_0", GgufType.Q4_0), 30);
    assertBetter(ModelFormat.integers(4), 35);
    assertBetter(ModelFormat.integers(3), 35);
    // Of two bits the layers before decide what a layer gets: not each of them gains.
    Comparison comparison = comparison(floats());
    ModelFormat two = ModelFormat.integers(2);
    double nearest = comparison.line(two, RoundingMethod.NEAREST).meanError();
    for (RoundingMethod method :
        List.of(RoundingMethod.GPTQ, RoundingMethod.GPTQ_ORDER, RoundingMethod.AWQ)) {
      assertTrue(comparison.line(two, method).meanError() < nearest, method + " in the mean");
    }
  }

  private static void assertBetter(ModelFormat format, int layers) {
    Comparison comparison = comparison(floats());
    Comparison.Line nearest = comparison.line(format, RoundingMethod.NEAREST);
    Comparison.Line gptq = comparison.line(format, RoundingMethod.GPTQ);
    Comparison.Line order = comparison.line(format, RoundingMethod.GPTQ_ORDER);
    Comparison.Line awq = comparison.line(format, RoundingMethod.AWQ);
    assertEquals(layers, nearest.errors().size());
    nearest
        .errors()
        .forEach(
            (name, error) -> {
              assertTrue(gptq.errors().get(name) < error, name + " by GPTQ, " + format.name());
              assertTrue(order.errors().get(name) < error, name + " by order, " + format.name());
              // Q, K and V share their scales: one may pay for another, as gate and up
              assertTrue(
                  awq.errors().get(name) < 1.1 * error,
                  name + " by AWQ: " + awq.errors().get(name) + ", nearest " + error);
            });
    assertTrue(awq.meanError() < nearest.meanError(), "AWQ");
    assertTrue(order.meanError() < gptq.meanError(), "order");
    assertEquals(nearest.bytes(), gptq.bytes());
    assertTrue(awq.bytes() > nearest.bytes(), "scales of inputs are counted");
  }

  @Test
  void publishedLikelihoodsComeOutForRoundingToNearest() {
    DecoderFile file = floats();
    List<String> stories = TextScore.documents(SharedData.file("llm/tinystories_sample.txt"));
    List<int[]> few = CalibrationText.sequences(file, shakespeare(), 64);
    Comparison comparison = new Comparison(file, few, stories, bench);
    ModelFormat q8 = ModelFormat.same("q8_0", GgufType.Q8_0);
    ModelFormat q4 = ModelFormat.same("q4_0", GgufType.Q4_0);
    assertEquals(1.26740, comparison.line(q8, RoundingMethod.NEAREST).score().mean(), 0.002);
    Comparison.Line line = comparison.line(q4, RoundingMethod.NEAREST);
    assertEquals(1.37204, line.score().mean(), 0.002);
    assertEquals(1804, line.score().tokens());
    // ffn_down and the norms stay in float32: 5 layers of 64 x 172, and 11 norms of 64
    long stay = 5 * 64 * 172 + 11 * 64;
    assertEquals(stay * 4 + (260_032 - stay) * 18 / 32, line.bytes());
  }

  @Test
  void calibrationTextIsCutAsTheModelTakesIt() {
    DecoderFile file = floats();
    List<int[]> sequences = CalibrationText.sequences(file, shakespeare(), 1200);
    assertEquals(List.of(512, 512, 179), sequences.stream().map(s -> s.length).toList());
    int[] whole =
        file.tokens().encode(TextScore.documents(shakespeare()).get(0).substring(0, 9000));
    for (int i = 1, at = 1; i < 600; i++, at++) {
      int[] sequence = sequences.get((i - 1) / 511);
      assertEquals(1, sequence[0]); // the beginning, in each
      assertEquals(whole[at], sequence[(i - 1) % 511 + 1]);
    }
    assertThrows(
        IllegalArgumentException.class, () -> CalibrationText.sequences(file, shakespeare(), 0));
  }
}
