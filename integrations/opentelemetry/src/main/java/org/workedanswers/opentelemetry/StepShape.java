package org.workedanswers.opentelemetry;

import io.opentelemetry.api.trace.SpanKind;
import java.util.Locale;
import org.workedanswers.rag.observe.Step;

/**
 * What a step's span looks like before anything is known of it.
 *
 * @param name the step's own name
 * @param spanName the span's, without a model
 * @param kind CLIENT where the conventions say so
 * @param operation the conventions' name of it; null where they have none
 * @param ofModel whether the span's name ends with the model's
 */
record StepShape(String name, String spanName, SpanKind kind, String operation, boolean ofModel) {
  static StepShape of(Step step) {
    String name = step.name().toLowerCase(Locale.ROOT);
    return switch (step) {
      case EMBED -> new StepShape(name, Names.EMBEDDINGS, SpanKind.CLIENT, Names.EMBEDDINGS, true);
      case GENERATE -> new StepShape(name, Names.CHAT, SpanKind.CLIENT, Names.CHAT, true);
      case RETRIEVE ->
          new StepShape(name, Names.RETRIEVAL, SpanKind.CLIENT, Names.RETRIEVAL, false);
      case ANSWER ->
          new StepShape(
              name,
              Names.INVOKE_WORKFLOW + " " + name,
              SpanKind.INTERNAL,
              Names.INVOKE_WORKFLOW,
              false);
      case RERANK -> new StepShape(name, name, SpanKind.INTERNAL, null, true);
      case INGEST, SEARCH_WORDS, SEARCH_MEANING, SEARCH_BOTH, FUSE ->
          new StepShape(name, name, SpanKind.INTERNAL, null, false);
    };
  }

  /** Whether the conventions count its time and tokens as a client's operation. */
  boolean isClient() {
    return kind == SpanKind.CLIENT;
  }

  boolean isWorkflow() {
    return Names.INVOKE_WORKFLOW.equals(operation);
  }
}
