package org.workedanswers.opentelemetry;

import org.workedanswers.rag.observe.Step;

/** What a step said of itself, in the form it is reported in; null where it said nothing. */
final class StepFacts {
  String model;
  Long inputs;
  Long limit;
  Long found;
  Double bestScore;
  Long inputTokens;
  Long outputTokens;
  String errorType;

  /**
   * Takes what has the type and the range that {@link Step} gives its key; all else is passed over:
   * an observer neither throws nor lets through what might be a text.
   */
  void take(String key, Object value) {
    switch (key) {
      case Step.MODEL -> model = value instanceof String s && !s.isBlank() ? s : model;
      case Step.INPUTS -> inputs = count(value, inputs);
      case Step.LIMIT -> limit = count(value, limit);
      case Step.FOUND -> found = count(value, found);
      case Step.BEST_SCORE ->
          bestScore =
              value instanceof Number n && Double.isFinite(n.doubleValue())
                  ? Double.valueOf(n.doubleValue())
                  : bestScore;
      case Step.INPUT_TOKENS -> inputTokens = count(value, inputTokens);
      case Step.OUTPUT_TOKENS -> outputTokens = count(value, outputTokens);
      default -> {}
    }
  }

  private static Long count(Object value, Long before) {
    boolean whole = value instanceof Long || value instanceof Integer;
    return whole && ((Number) value).longValue() >= 0
        ? Long.valueOf(((Number) value).longValue())
        : before;
  }
}
