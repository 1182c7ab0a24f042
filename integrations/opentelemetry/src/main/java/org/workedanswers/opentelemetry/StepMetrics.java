package org.workedanswers.opentelemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;

/** The five histograms, and what goes into them when a step has ended. */
final class StepMetrics {
  private final DoubleHistogram operationSeconds;
  private final LongHistogram tokens;
  private final DoubleHistogram stepSeconds;
  private final LongHistogram passages;
  private final DoubleHistogram scores;

  StepMetrics(Meter meter) {
    operationSeconds =
        meter
            .histogramBuilder(Names.OPERATION_DURATION)
            .setUnit("s")
            .setDescription("GenAI operation duration.")
            .setExplicitBucketBoundariesAdvice(Names.OPERATION_SECONDS)
            .build();
    tokens =
        meter
            .histogramBuilder(Names.TOKEN_USAGE)
            .ofLongs()
            .setUnit("{token}")
            .setDescription("Number of input and output tokens used.")
            .setExplicitBucketBoundariesAdvice(Names.TOKENS)
            .build();
    stepSeconds =
        meter
            .histogramBuilder(Names.STEP_DURATION)
            .setUnit("s")
            .setDescription("How long a step takes.")
            .setExplicitBucketBoundariesAdvice(Names.STEP_SECONDS)
            .build();
    passages =
        meter
            .histogramBuilder(Names.STEP_PASSAGES)
            .ofLongs()
            .setUnit("{passage}")
            .setDescription("How many passages a step finds.")
            .setExplicitBucketBoundariesAdvice(Names.PASSAGES)
            .build();
    scores =
        meter
            .histogramBuilder(Names.STEP_SCORE)
            .setUnit("1")
            .setDescription("The score of the first passage that a step finds, where not negative.")
            .setExplicitBucketBoundariesAdvice(Names.SCORES)
            .build();
  }

  boolean areEnabled() {
    return operationSeconds.isEnabled()
        || tokens.isEnabled()
        || stepSeconds.isEnabled()
        || passages.isEnabled()
        || scores.isEnabled();
  }

  void record(StepShape shape, StepFacts facts, String provider, double seconds, Context context) {
    if (shape.isClient()) {
      Attributes operation = operation(shape, facts, provider);
      operationSeconds.record(seconds, withError(operation, facts), context);
      count(facts.inputTokens, Names.INPUT, operation, context);
      count(facts.outputTokens, Names.OUTPUT, operation, context);
    }
    Attributes step = Attributes.of(Names.STEP, shape.name());
    stepSeconds.record(seconds, withError(step, facts), context);
    if (facts.found != null) {
      passages.record(facts.found, step, context);
    }
    // OpenTelemetry's histograms take no negative values, and a reranker's scores may be.
    if (facts.bestScore != null && facts.bestScore >= 0) {
      scores.record(facts.bestScore, step, context);
    }
  }

  private static Attributes operation(StepShape shape, StepFacts facts, String provider) {
    AttributesBuilder attributes = Attributes.builder().put(Names.OPERATION, shape.operation());
    if (provider != null) {
      attributes.put(Names.PROVIDER, provider);
    }
    if (facts.model != null) {
      attributes.put(Names.MODEL, facts.model);
    }
    return attributes.build();
  }

  private static Attributes withError(Attributes attributes, StepFacts facts) {
    return facts.errorType == null
        ? attributes
        : attributes.toBuilder().put(Names.ERROR_TYPE, facts.errorType).build();
  }

  private void count(Long count, String type, Attributes operation, Context context) {
    if (count != null) {
      tokens.record(count, operation.toBuilder().put(Names.TOKEN_TYPE, type).build(), context);
    }
  }
}
