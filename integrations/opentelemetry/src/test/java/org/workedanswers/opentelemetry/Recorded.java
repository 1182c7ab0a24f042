package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An SDK that keeps in memory what it is told. */
final class Recorded implements AutoCloseable {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .build();

  List<SpanData> spans() {
    return spans.getFinishedSpanItems();
  }

  SpanData only() {
    assertEquals(1, spans().size(), spans().toString());
    return spans().get(0);
  }

  SpanData named(String name) {
    List<SpanData> found = spans().stream().filter(s -> s.getName().equals(name)).toList();
    assertEquals(1, found.size(), name + " in " + spans());
    return found.get(0);
  }

  /** All metrics by name, as they are when this is called. */
  Map<String, MetricData> metrics() {
    return metrics.collectAllMetrics().stream()
        .collect(Collectors.toMap(MetricData::getName, m -> m, (a, b) -> a, TreeMap::new));
  }

  static HistogramPointData point(MetricData metric, Attributes attributes) {
    List<HistogramPointData> found =
        metric.getHistogramData().getPoints().stream()
            .filter(p -> p.getAttributes().equals(attributes))
            .toList();
    assertEquals(1, found.size(), attributes + " in " + metric.getHistogramData().getPoints());
    return found.get(0);
  }

  static void assertParent(SpanData parent, SpanData child) {
    assertEquals(parent.getSpanId(), child.getParentSpanId(), child.getName());
    assertEquals(parent.getTraceId(), child.getTraceId(), child.getName());
    assertTrue(parent.getStartEpochNanos() <= child.getStartEpochNanos(), child.getName());
    assertTrue(parent.getEndEpochNanos() >= child.getEndEpochNanos(), child.getName());
  }

  @Override
  public void close() {
    sdk.close();
  }
}
