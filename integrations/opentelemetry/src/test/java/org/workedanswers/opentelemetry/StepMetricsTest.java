package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver.Running;

/** Metrics: names, units and buckets as the conventions have them, and what is counted where. */
class StepMetricsTest {
  private static final Set<Step> CLIENT = Set.of(Step.EMBED, Step.GENERATE, Step.RETRIEVE);

  private final Recorded recorded = new Recorded();
  private final TelemetryObserver observer = TelemetryObserver.of(recorded.sdk);

  @AfterEach
  void close() {
    recorded.close();
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void everyStepHasItsTimePassagesAndScoreAndClientsHaveTheConventionsToo(Step step) {
    try (Running running = observer.begin(step)) {
      running
          .with(Step.FOUND, 5)
          .with(Step.BEST_SCORE, 0.75)
          .with(Step.INPUT_TOKENS, 1200)
          .with(Step.OUTPUT_TOKENS, 34);
    }
    Map<String, MetricData> metrics = recorded.metrics();
    String name = step.name().toLowerCase(Locale.ROOT);
    Attributes ours = Attributes.builder().put("workedanswers.step.name", name).build();
    assertOne(metrics.get("workedanswers.step.passages"), "{passage}", ours, 5);
    assertOne(metrics.get("workedanswers.step.score"), "1", ours, 0.75);
    HistogramPointData time = Recorded.point(metrics.get("workedanswers.step.duration"), ours);
    double span = (recorded.only().getEndEpochNanos() - recorded.only().getStartEpochNanos()) / 1e9;
    assertEquals(1, time.getCount());
    assertTrue(time.getSum() > 0 && time.getSum() <= span + 1e-3, time.getSum() + " of " + span);
    assertEquals(CLIENT.contains(step) ? 5 : 3, metrics.size(), metrics.keySet().toString());
  }

  @Test
  void durationAndTokensOfAChatAreAsTheConventionsHaveThem() {
    try (Running running = observer.begin(Step.GENERATE)) {
      running
          .with(Step.MODEL, "llama3.2")
          .with(Step.INPUT_TOKENS, 1200)
          .with(Step.OUTPUT_TOKENS, 34);
    }
    Attributes chat =
        Attributes.builder()
            .put("gen_ai.operation.name", "chat")
            .put("gen_ai.provider.name", "workedanswers")
            .put("gen_ai.request.model", "llama3.2")
            .build();
    Map<String, MetricData> metrics = recorded.metrics();
    MetricData duration = metrics.get("gen_ai.client.operation.duration");
    assertEquals("s", duration.getUnit());
    HistogramPointData time = Recorded.point(duration, chat);
    assertEquals(1, time.getCount());
    assertEquals(doubled(0.01, 14), time.getBoundaries());
    MetricData tokens = metrics.get("gen_ai.client.token.usage");
    assertOne(tokens, "{token}", with(chat, "gen_ai.token.type", "input"), 1200);
    assertOne(tokens, "{token}", with(chat, "gen_ai.token.type", "output"), 34);
    assertEquals(
        DoubleStream.iterate(1, x -> 4 * x).limit(14).boxed().toList(),
        Recorded.point(tokens, with(chat, "gen_ai.token.type", "input")).getBoundaries());
  }

  @Test
  void tokensThatNobodyToldAreNotCounted() {
    try (Running running = observer.begin(Step.GENERATE)) {
      running.with(Step.INPUT_TOKENS, -1L).with(Step.OUTPUT_TOKENS, -1L);
    }
    assertEquals(
        Set.of("gen_ai.client.operation.duration", "workedanswers.step.duration"),
        recorded.metrics().keySet());
  }

  @Test
  void aFailureIsATimeOfItsOwn() {
    observer.begin(Step.EMBED).close();
    try (Running running = observer.begin(Step.EMBED)) {
      running.failed(new java.io.UncheckedIOException(new java.io.IOException("no")));
    }
    String type = "java.io.UncheckedIOException";
    Attributes embed =
        Attributes.builder()
            .put("gen_ai.operation.name", "embeddings")
            .put("gen_ai.provider.name", "workedanswers")
            .build();
    Map<String, MetricData> metrics = recorded.metrics();
    MetricData duration = metrics.get("gen_ai.client.operation.duration");
    assertEquals(1, Recorded.point(duration, embed).getCount());
    assertEquals(1, Recorded.point(duration, with(embed, "error.type", type)).getCount());
    Attributes step = Attributes.builder().put("workedanswers.step.name", "embed").build();
    MetricData ours = metrics.get("workedanswers.step.duration");
    assertEquals("s", ours.getUnit());
    assertEquals(1, Recorded.point(ours, step).getCount());
    assertEquals(1, Recorded.point(ours, with(step, "error.type", type)).getCount());
  }

  @Test
  void aNegativeScoreStandsInTheSpanAlone() {
    for (double score : new double[] {-3.5, 0, 4}) {
      try (Running running = observer.begin(Step.RERANK)) {
        running.with(Step.BEST_SCORE, score);
      }
    }
    HistogramPointData scores =
        Recorded.point(
            recorded.metrics().get("workedanswers.step.score"),
            Attributes.builder().put("workedanswers.step.name", "rerank").build());
    assertEquals(2, scores.getCount());
    assertEquals(4, scores.getSum());
    assertEquals(-3.5, recorded.spans().get(0).getAttributes().get(Names.BEST_SCORE));
  }

  private static List<Double> doubled(double first, int count) {
    return DoubleStream.iterate(first, x -> 2 * x)
        .limit(count)
        .map(x -> Math.round(x * 100) / 100.0)
        .boxed()
        .toList();
  }

  private static Attributes with(Attributes attributes, String key, String value) {
    return attributes.toBuilder().put(key, value).build();
  }

  private static void assertOne(MetricData metric, String unit, Attributes of, double value) {
    HistogramPointData point = Recorded.point(metric, of);
    assertEquals(1, point.getCount(), metric.getName());
    assertEquals(value, point.getSum(), metric.getName());
    assertEquals(unit, metric.getUnit(), metric.getName());
  }
}
