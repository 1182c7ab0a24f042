package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver.Running;

/** Without an SDK nothing is made, and nothing becomes current. */
class WithoutSdkTest {
  @ParameterizedTest
  @EnumSource(Step.class)
  void nobodyLooks(Step step) {
    try (Running running = TelemetryObserver.of(OpenTelemetry.noop()).begin(step)) {
      assertSame(Running.UNSEEN, running);
      assertEquals(Context.root(), Context.current());
      running.with(Step.FOUND, 1).failed(new IllegalStateException());
    }
  }

  @Test
  void metricsAloneAreCounted() {
    InMemoryMetricReader metrics = InMemoryMetricReader.create();
    try (OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .build()) {
      TelemetryObserver.of(sdk).begin(Step.FUSE).close();
      assertEquals(1, metrics.collectAllMetrics().size());
    }
  }
}
