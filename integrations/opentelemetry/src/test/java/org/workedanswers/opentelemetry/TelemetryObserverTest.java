package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver.Running;

/** Spans: one a step, in the tree that the calls make, with what was told and nothing else. */
@SuppressWarnings("try") // A step need not be spoken to.
class TelemetryObserverTest {
  private static final String SECRET = "what is wrong with my knee?";

  private final Recorded recorded = new Recorded();
  private final TelemetryObserver observer =
      TelemetryObserver.of(
          recorded.sdk, new TelemetryObserver.Settings("onnxruntime", "ollama", false));

  @AfterEach
  void nothingIsLeftBehind() {
    assertEquals(Context.root(), Context.current());
    recorded.close();
  }

  @ParameterizedTest
  @CsvSource({
    "INGEST, ingest, INTERNAL, , ",
    "EMBED, embeddings m-1, CLIENT, embeddings, onnxruntime",
    "SEARCH_WORDS, search_words, INTERNAL, , ",
    "SEARCH_MEANING, search_meaning, INTERNAL, , ",
    "SEARCH_BOTH, search_both, INTERNAL, , ",
    "FUSE, fuse, INTERNAL, , ",
    "RERANK, rerank m-1, INTERNAL, , ",
    "RETRIEVE, retrieval, CLIENT, retrieval, ",
    "GENERATE, chat m-1, CLIENT, chat, ollama",
    "ANSWER, invoke_workflow answer, INTERNAL, invoke_workflow, "
  })
  void aStepIsASpan(Step step, String name, SpanKind kind, String operation, String provider) {
    try (Running running = observer.begin(step)) {
      running
          .with(Step.MODEL, "m-1")
          .with(Step.INPUTS, 3)
          .with(Step.LIMIT, 10L)
          .with(Step.FOUND, 7)
          .with(Step.BEST_SCORE, 0.25)
          .with(Step.INPUT_TOKENS, 1200L)
          .with(Step.OUTPUT_TOKENS, 34);
    }
    Map<String, Object> expected = new TreeMap<>();
    expected.put("workedanswers.step.name", step.name().toLowerCase(Locale.ROOT));
    expected.put("gen_ai.request.model", "m-1");
    expected.put("workedanswers.step.inputs", 3L);
    expected.put("workedanswers.step.limit", 10L);
    expected.put("workedanswers.step.found", 7L);
    expected.put("workedanswers.step.best_score", 0.25);
    expected.put("gen_ai.usage.input_tokens", 1200L);
    expected.put("gen_ai.usage.output_tokens", 34L);
    if (operation != null) {
      expected.put("gen_ai.operation.name", operation);
    }
    if (provider != null) {
      expected.put("gen_ai.provider.name", provider);
    }
    if (step == Step.ANSWER) {
      expected.put("gen_ai.workflow.name", "answer");
    }
    SpanData span = recorded.only();
    assertEquals(name, span.getName());
    assertEquals(kind, span.getKind());
    assertEquals(expected, attributes(span));
    assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
    assertEquals("org.workedanswers.opentelemetry", span.getInstrumentationScopeInfo().getName());
    assertEquals(
        "https://opentelemetry.io/schemas/1.41.0",
        span.getInstrumentationScopeInfo().getSchemaUrl());
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void aStepThatSaysNothingIsASpanWithoutAModelInItsName(Step step) {
    observer.begin(step).close();
    assertFalse(recorded.only().getName().endsWith(" "), recorded.only().getName());
    assertFalse(attributes(recorded.only()).containsKey("gen_ai.request.model"));
    assertFalse(attributes(recorded.only()).containsKey("workedanswers.step.found"));
  }

  @Test
  void stepsWithinAStepAreItsChildrenAndThoseAfterItAreNot() {
    try (Running answer = observer.begin(Step.ANSWER)) {
      try (Running retrieve = observer.begin(Step.RETRIEVE)) {
        observer.begin(Step.SEARCH_WORDS).close();
        observer.begin(Step.FUSE).close();
      }
      try (Running generate = observer.begin(Step.GENERATE)) {
        // A library that the model is called with, say.
        recorded.sdk.getTracer("http").spanBuilder("POST").startSpan().end();
      }
    }
    observer.begin(Step.INGEST).close();
    SpanData answer = recorded.named("invoke_workflow answer");
    SpanData retrieve = recorded.named("retrieval");
    assertEquals(SpanId.getInvalid(), answer.getParentSpanId());
    Recorded.assertParent(answer, retrieve);
    Recorded.assertParent(retrieve, recorded.named("search_words"));
    Recorded.assertParent(retrieve, recorded.named("fuse"));
    Recorded.assertParent(answer, recorded.named("chat"));
    Recorded.assertParent(recorded.named("chat"), recorded.named("POST"));
    SpanData ingest = recorded.named("ingest");
    assertEquals(SpanId.getInvalid(), ingest.getParentSpanId());
    assertFalse(ingest.getTraceId().equals(answer.getTraceId()));
  }

  @Test
  void aSpanOfTheCallersIsTheParent() {
    Span request = recorded.sdk.getTracer("web").spanBuilder("GET /ask").startSpan();
    try (var scope = request.makeCurrent()) {
      observer.begin(Step.RETRIEVE).close();
    }
    request.end();
    Recorded.assertParent(recorded.named("GET /ask"), recorded.named("retrieval"));
  }

  @Test
  void aFailureIsToldByItsClassAlone() {
    try (Running running = observer.begin(Step.GENERATE)) {
      running.failed(new IllegalStateException(SECRET, new RuntimeException(SECRET)));
    }
    SpanData span = recorded.only();
    assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
    assertEquals("", span.getStatus().getDescription());
    assertEquals("java.lang.IllegalStateException", attributes(span).get("error.type"));
    assertEquals(1, span.getEvents().size());
    assertEquals("exception", span.getEvents().get(0).getName());
    assertEquals(
        "{exception.type=\"java.lang.IllegalStateException\"}",
        span.getEvents().get(0).getAttributes().toString());
    assertFalse(span.toString().contains(SECRET), span.toString());
    assertFalse(recorded.metrics().toString().contains(SECRET));
  }

  @Test
  void messagesLeaveWhereTheyAreAskedFor() {
    var loud =
        TelemetryObserver.of(
            recorded.sdk, new TelemetryObserver.Settings("onnxruntime", "ollama", true));
    try (Running running = loud.begin(Step.GENERATE)) {
      running.failed(new IllegalStateException(SECRET));
    }
    assertEquals(
        SECRET,
        recorded
            .only()
            .getEvents()
            .get(0)
            .getAttributes()
            .get(AttributeKey.stringKey("exception.message")));
  }

  @Test
  void aFailureWithoutAThrowableIsAnUnknownOne() {
    try (Running running = observer.begin(Step.FUSE)) {
      running.failed(null);
    }
    assertEquals("_OTHER", attributes(recorded.only()).get("error.type"));
    assertEquals(StatusCode.ERROR, recorded.only().getStatus().getStatusCode());
  }

  @Test
  void aFailedStepLeavesItsParentAsItIs() {
    try (Running answer = observer.begin(Step.ANSWER)) {
      try (Running running = observer.begin(Step.GENERATE)) {
        running.failed(new IllegalStateException());
      }
    }
    SpanData answer = recorded.named("invoke_workflow answer");
    assertEquals(StatusCode.UNSET, answer.getStatus().getStatusCode());
  }

  @Test
  void whatIsNotOneOfTheStepsKeysOrNotOfItsTypeDoesNotLeave() {
    try (Running running = observer.begin(Step.EMBED)) {
      running
          .with("question", SECRET)
          .with(null, SECRET)
          .with(Step.MODEL, 7)
          .with(Step.MODEL, "  ")
          .with(Step.MODEL, null)
          .with(Step.INPUTS, SECRET)
          .with(Step.LIMIT, 2.5)
          .with(Step.FOUND, -1)
          .with(Step.BEST_SCORE, Double.NaN)
          .with(Step.BEST_SCORE, SECRET)
          .with(Step.INPUT_TOKENS, -1L)
          .with(Step.OUTPUT_TOKENS, null);
    }
    assertEquals(
        Map.of(
            "workedanswers.step.name", "embed",
            "gen_ai.operation.name", "embeddings",
            "gen_ai.provider.name", "onnxruntime"),
        attributes(recorded.only()));
    assertEquals("embeddings", recorded.only().getName());
  }

  @Test
  void theLastOfTwoGoodValuesStays() {
    try (Running running = observer.begin(Step.FUSE)) {
      running.with(Step.FOUND, 1).with(Step.FOUND, 2).with(Step.FOUND, -1);
    }
    assertEquals(2L, attributes(recorded.only()).get("workedanswers.step.found"));
  }

  @Test
  void whatComesAfterTheEndChangesNothing() {
    try (Running outer = observer.begin(Step.RETRIEVE)) {
      Running running = observer.begin(Step.FUSE);
      running.close();
      running.with(Step.FOUND, 3).failed(new IllegalStateException());
      running.close();
      // Had the second close ended a scope, this would be a child of nothing.
      observer.begin(Step.RERANK).close();
    }
    assertEquals(3, recorded.spans().size());
    SpanData fuse = recorded.named("fuse");
    assertEquals(Map.of("workedanswers.step.name", "fuse"), attributes(fuse));
    assertEquals(StatusCode.UNSET, fuse.getStatus().getStatusCode());
    Recorded.assertParent(recorded.named("retrieval"), recorded.named("rerank"));
    assertEquals(
        2,
        recorded
            .metrics()
            .get("workedanswers.step.duration")
            .getHistogramData()
            .getPoints()
            .stream()
            .filter(p -> !p.getAttributes().toString().contains("retrieve"))
            .mapToLong(p -> p.getCount())
            .sum());
  }

  @Test
  void stepsClosedInTheWrongOrderLeaveNoSpanOnTheThread() {
    Running answer = observer.begin(Step.ANSWER);
    Running retrieve = observer.begin(Step.RETRIEVE);
    Running fuse = observer.begin(Step.FUSE);
    answer.close();
    retrieve.close();
    fuse.close();
    assertEquals(Context.root(), Context.current());
    assertEquals(3, recorded.spans().size());
  }

  @Test
  void aProviderHasAName() {
    assertThrows(
        IllegalArgumentException.class, () -> new TelemetryObserver.Settings(" ", "x", false));
    assertThrows(
        IllegalArgumentException.class, () -> new TelemetryObserver.Settings("x", "", false));
    assertTrue(TelemetryObserver.Settings.DEFAULT.toString().contains("false"));
  }

  private static Map<String, Object> attributes(SpanData span) {
    Map<String, Object> map = new TreeMap<>();
    span.getAttributes().forEach((key, value) -> map.put(key.getKey(), value));
    return map;
  }
}
