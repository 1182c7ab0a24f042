package org.workedanswers.rag.observe;

import java.util.function.Function;

/**
 * Is told of each step as it begins and ends. Steps that begin within another on the same thread
 * are parts of it. Observers don't throw; what one is told are names and numbers, never the texts
 * of questions or documents.
 */
@FunctionalInterface
public interface StepObserver {
  /** Looks at nothing. */
  StepObserver NONE = step -> Running.UNSEEN;

  /** A step begins, on the thread that does it. */
  Running begin(Step step);

  /** Does a step's work between its beginning and its end, and tells of a failure. */
  default <T> T during(Step step, Function<Running, T> work) {
    try (Running running = begin(step)) {
      try {
        return work.apply(running);
      } catch (RuntimeException | Error e) {
        running.failed(e);
        throw e;
      }
    }
  }

  /** A step under way: its owner says what is known of it and closes it, on one thread. */
  interface Running extends AutoCloseable {
    /** Nobody looks. */
    Running UNSEEN =
        new Running() {
          @Override
          public Running with(String key, Object value) {
            return this;
          }

          @Override
          public void failed(Throwable failure) {}

          @Override
          public void close() {}
        };

    /**
     * Tells a fact of the step.
     *
     * @param key one of {@link Step}'s keys
     * @param value a String, Long, Integer or Double
     */
    Running with(String key, Object value);

    /** The step failed; it is closed all the same. */
    void failed(Throwable failure);

    /** The step has ended. */
    @Override
    void close();
  }
}
