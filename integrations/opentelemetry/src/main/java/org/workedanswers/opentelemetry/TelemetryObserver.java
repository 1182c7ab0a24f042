package org.workedanswers.opentelemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.workedanswers.core.Check;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver;

/**
 * Each step as a span, and its time, tokens, passages and best score as metrics, through the
 * OpenTelemetry that it is given. Nothing is sent, and nothing set up: that is the SDK's, which the
 * caller brings; without one, {@link OpenTelemetry#noop()}, steps are not looked at. The global
 * OpenTelemetry is used only where a caller passes it.
 *
 * <p>Names are those of OpenTelemetry's semantic conventions for generative AI, version 1.41.0, the
 * last before they moved to a repository of their own; they are in development and will change.
 * What they have no name for begins with {@code workedanswers}.
 *
 * <table>
 *   <caption>What leaves</caption>
 *   <tr><th>name</th><th>unit</th><th>what it is</th></tr>
 *   <tr><td colspan="3">spans, by {@link Step}</td></tr>
 *   <tr><td>{@code embeddings MODEL}, {@code chat MODEL}, {@code retrieval}</td><td></td>
 *     <td>EMBED, GENERATE, RETRIEVE; kind CLIENT, as the conventions ask</td></tr>
 *   <tr><td>{@code invoke_workflow answer}</td><td></td><td>ANSWER; kind INTERNAL</td></tr>
 *   <tr><td>{@code ingest}, {@code search_words}, {@code search_meaning}, {@code search_both},
 *     {@code fuse}, {@code rerank MODEL}</td><td></td><td>ours; kind INTERNAL</td></tr>
 *   <tr><td colspan="3">attributes</td></tr>
 *   <tr><td>{@code gen_ai.operation.name}, {@code gen_ai.provider.name},
 *     {@code gen_ai.request.model}, {@code gen_ai.workflow.name}, {@code error.type}</td>
 *     <td></td><td>the conventions'; an error's type is its class</td></tr>
 *   <tr><td>{@code gen_ai.usage.input_tokens}, {@code gen_ai.usage.output_tokens}</td>
 *     <td>{token}</td><td>the conventions'</td></tr>
 *   <tr><td>{@code workedanswers.step.name}</td><td></td><td>the step, in small letters</td></tr>
 *   <tr><td>{@code workedanswers.step.inputs}</td><td>{item}</td><td>{@link Step#INPUTS}</td></tr>
 *   <tr><td>{@code workedanswers.step.limit}</td><td>{passage}</td>
 *     <td>{@link Step#LIMIT}</td></tr>
 *   <tr><td>{@code workedanswers.step.found}</td><td>{passage}</td>
 *     <td>{@link Step#FOUND}</td></tr>
 *   <tr><td>{@code workedanswers.step.best_score}</td><td>1</td>
 *     <td>{@link Step#BEST_SCORE}, whatever the step scores by</td></tr>
 *   <tr><td colspan="3">metrics, all histograms</td></tr>
 *   <tr><td>{@code gen_ai.client.operation.duration}</td><td>s</td>
 *     <td>EMBED, GENERATE and RETRIEVE, by operation, provider, model and error</td></tr>
 *   <tr><td>{@code gen_ai.client.token.usage}</td><td>{token}</td>
 *     <td>the same, by {@code gen_ai.token.type} besides; only where tokens were told</td></tr>
 *   <tr><td>{@code workedanswers.step.duration}</td><td>s</td>
 *     <td>every step, by its name and error</td></tr>
 *   <tr><td>{@code workedanswers.step.passages}</td><td>{passage}</td>
 *     <td>how many are found, by the step's name</td></tr>
 *   <tr><td>{@code workedanswers.step.score}</td><td>1</td>
 *     <td>the best score, by the step's name; not where it is negative, which histograms don't
 *     take</td></tr>
 * </table>
 *
 * <p>No text of a question, an answer or a document leaves, and so no message of an exception, as
 * that may quote one: of a failure its class is told alone, unless {@link
 * Settings#exceptionMessages} asks for all of it. A key that is not one of {@link Step}'s, and a
 * value that is not of its key's type or range, are passed over. Tokens of -1, unknown, are too.
 *
 * <p>From {@link #begin} to close the span is its thread's current one, so whatever is begun there
 * in between is a child, another library's spans too; a step on another thread has the parent that
 * is current there. A model's name is known after a span has begun: a sampler doesn't see it.
 */
public final class TelemetryObserver implements StepObserver {
  private final Tracer tracer;
  private final StepMetrics metrics;
  private final Settings settings;
  private final Map<Step, StepShape> shapes = new EnumMap<>(Step.class);

  /**
   * What the steps don't say of themselves.
   *
   * @param embeddingProvider {@code gen_ai.provider.name} of EMBED: who runs the model
   * @param chatProvider {@code gen_ai.provider.name} of GENERATE, such as {@code openai}
   * @param exceptionMessages whether messages and stack traces of failures leave, with what they
   *     quote of questions and documents
   */
  public record Settings(String embeddingProvider, String chatProvider, boolean exceptionMessages) {
    /** Both providers {@code workedanswers}, no messages. */
    public static final Settings DEFAULT = new Settings("workedanswers", "workedanswers", false);

    /** Checks that both providers have a name. */
    public Settings {
      Check.that(!embeddingProvider.isBlank(), "the provider of embeddings has no name");
      Check.that(!chatProvider.isBlank(), "the provider of the chat model has no name");
    }
  }

  private TelemetryObserver(OpenTelemetry telemetry, Settings settings) {
    this.settings = Objects.requireNonNull(settings, "settings");
    tracer =
        telemetry
            .getTracerProvider()
            .tracerBuilder(Names.SCOPE)
            .setSchemaUrl(Names.SCHEMA_URL)
            .build();
    metrics =
        new StepMetrics(
            telemetry
                .getMeterProvider()
                .meterBuilder(Names.SCOPE)
                .setSchemaUrl(Names.SCHEMA_URL)
                .build());
    for (Step step : Step.values()) {
      shapes.put(step, StepShape.of(step));
    }
  }

  /** An observer that tells an OpenTelemetry of steps, with {@link Settings#DEFAULT}. */
  public static TelemetryObserver of(OpenTelemetry telemetry) {
    return of(telemetry, Settings.DEFAULT);
  }

  /** An observer that tells an OpenTelemetry of steps. */
  public static TelemetryObserver of(OpenTelemetry telemetry, Settings settings) {
    return new TelemetryObserver(telemetry, settings);
  }

  @Override
  public Running begin(Step step) {
    if (!tracer.isEnabled() && !metrics.areEnabled()) {
      return Running.UNSEEN;
    }
    return new StepSpan(
        shapes.get(step), provider(step), settings.exceptionMessages(), tracer, metrics);
  }

  /** Null where no model's provider is asked for. */
  private String provider(Step step) {
    return switch (step) {
      case EMBED -> settings.embeddingProvider();
      case GENERATE -> settings.chatProvider();
      default -> null;
    };
  }
}
