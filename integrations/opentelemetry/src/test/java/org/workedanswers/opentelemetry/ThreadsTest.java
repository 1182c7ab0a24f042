package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver.Running;

/** One observer, two threads at the same time: two trees, and neither has a branch of the other. */
@SuppressWarnings("try") // A step need not be spoken to.
class ThreadsTest {
  private static final int ROUNDS = 50;

  @Test
  void twoThreadsMakeTwoTrees() throws Exception {
    try (Recorded recorded = new Recorded()) {
      TelemetryObserver observer = TelemetryObserver.of(recorded.sdk);
      CyclicBarrier both = new CyclicBarrier(2);
      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        List<Future<?>> done = new ArrayList<>();
        for (String model : List.of("a", "b")) {
          done.add(
              threads.submit(
                  () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                      tree(observer, model, both);
                    }
                    assertEquals(Context.root(), Context.current());
                    return null;
                  }));
        }
        for (Future<?> thread : done) {
          thread.get(30, TimeUnit.SECONDS);
        }
      } finally {
        threads.shutdownNow();
      }
      assertEquals(2 * ROUNDS * 3, recorded.spans().size());
      Map<String, Set<String>> modelsByTrace = new HashMap<>();
      Map<String, SpanData> byId = new HashMap<>();
      recorded.spans().forEach(s -> byId.put(s.getSpanId(), s));
      for (SpanData span : recorded.spans()) {
        modelsByTrace
            .computeIfAbsent(span.getTraceId(), t -> new HashSet<>())
            .add(span.getAttributes().get(Names.MODEL));
        String parent =
            switch (span.getAttributes().get(Names.STEP)) {
              case "retrieve" -> "answer";
              case "embed" -> "retrieve";
              default -> "";
            };
        assertEquals(
            parent,
            span.getParentSpanId().equals(SpanId.getInvalid())
                ? ""
                : byId.get(span.getParentSpanId()).getAttributes().get(Names.STEP));
      }
      assertEquals(2 * ROUNDS, modelsByTrace.size());
      modelsByTrace.values().forEach(models -> assertEquals(1, models.size()));
    }
  }

  private static void tree(TelemetryObserver observer, String model, CyclicBarrier both)
      throws Exception {
    try (Running answer = observer.begin(Step.ANSWER).with(Step.MODEL, model)) {
      both.await(10, TimeUnit.SECONDS);
      try (Running retrieve = observer.begin(Step.RETRIEVE).with(Step.MODEL, model)) {
        both.await(10, TimeUnit.SECONDS);
        observer.begin(Step.EMBED).with(Step.MODEL, model).close();
        both.await(10, TimeUnit.SECONDS);
      }
    }
  }
}
