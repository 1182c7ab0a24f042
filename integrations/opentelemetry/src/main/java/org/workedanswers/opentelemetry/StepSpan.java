package org.workedanswers.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import org.workedanswers.rag.observe.StepObserver;

/** A step under way: a span that is its thread's current one until the step is closed. */
final class StepSpan implements StepObserver.Running {
  private static final ContextKey<StepSpan> INNERMOST = ContextKey.named(Names.SCOPE);

  private final StepShape shape;
  private final String provider;
  private final boolean withMessages;
  private final StepMetrics metrics;
  private final StepFacts facts = new StepFacts();
  private final StepSpan outer;
  private final Span span;
  private final Context context;
  private final Scope scope;
  private final long begun;
  private boolean closed;

  @SuppressWarnings("MustBeClosedChecker") // leave() closes the scope.
  StepSpan(
      StepShape shape, String provider, boolean withMessages, Tracer tracer, StepMetrics metrics) {
    this.shape = shape;
    this.provider = provider;
    this.withMessages = withMessages;
    this.metrics = metrics;
    Context around = Context.current();
    outer = around.get(INNERMOST);
    span =
        tracer
            .spanBuilder(shape.spanName())
            .setParent(around)
            .setSpanKind(shape.kind())
            .startSpan();
    describe();
    context = around.with(span).with(INNERMOST, this);
    scope = context.makeCurrent();
    begun = System.nanoTime();
  }

  private void describe() {
    put(Names.STEP, shape.name());
    put(Names.OPERATION, shape.operation());
    put(Names.WORKFLOW, shape.isWorkflow() ? shape.name() : null);
    put(Names.PROVIDER, provider);
  }

  @Override
  public StepObserver.Running with(String key, Object value) {
    if (!closed && key != null) {
      facts.take(key, value);
    }
    return this;
  }

  @Override
  public void failed(Throwable failure) {
    if (closed) {
      return;
    }
    facts.errorType = failure == null ? Names.UNKNOWN_ERROR : failure.getClass().getName();
    span.setStatus(StatusCode.ERROR);
    if (failure == null) {
      return;
    }
    if (withMessages) {
      span.recordException(failure);
    } else {
      span.addEvent(Names.EXCEPTION, Attributes.of(Names.EXCEPTION_TYPE, facts.errorType));
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    double seconds = (System.nanoTime() - begun) / 1e9;
    try {
      tell();
      metrics.record(shape, facts, provider, seconds, context);
      span.end();
    } finally {
      leave();
    }
  }

  private void tell() {
    if (facts.model != null && shape.ofModel()) {
      span.updateName(shape.spanName() + " " + facts.model);
    }
    put(Names.MODEL, facts.model);
    put(Names.INPUTS, facts.inputs);
    put(Names.LIMIT, facts.limit);
    put(Names.FOUND, facts.found);
    put(Names.BEST_SCORE, facts.bestScore);
    put(Names.INPUT_TOKENS, facts.inputTokens);
    put(Names.OUTPUT_TOKENS, facts.outputTokens);
    put(Names.ERROR_TYPE, facts.errorType);
  }

  private <T> void put(AttributeKey<T> key, T value) {
    if (value != null) {
      span.setAttribute(key, value);
    }
  }

  /**
   * A scope that isn't the innermost does not close: steps around this one that were closed too
   * early are left with it, or the thread would go on in a step that has ended.
   */
  private void leave() {
    scope.close();
    for (StepSpan s = outer; s != null && s.closed; s = s.outer) {
      s.scope.close();
    }
  }
}
