package org.workedanswers.opentelemetry;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.PassageStore;

/** What docs/telemetry.md shows. */
final class TelemetryExample {
  private TelemetryExample() {}

  static List<Found> search(PassageStore store, String question) {
    // begin
    try (OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder().build().getOpenTelemetrySdk()) {
      StepObserver observer = TelemetryObserver.of(sdk);
      try (StepObserver.Running retrieve = observer.begin(Step.RETRIEVE);
          StepObserver.Running words = observer.begin(Step.SEARCH_WORDS)) {
        List<Found> found = store.byWords(question, 5, MetadataFilter.ALL);
        words.with(Step.LIMIT, 5).with(Step.FOUND, found.size());
        retrieve.with(Step.FOUND, found.size());
        return found;
      }
    } // What has not been sent yet is sent here.
    // end
  }
}
