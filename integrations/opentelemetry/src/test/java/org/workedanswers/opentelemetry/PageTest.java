package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver.Running;

/** docs/telemetry.md shows code that compiles and spans as they are. */
class PageTest {
  private static final Path PAGE = Path.of("../../docs/telemetry.md");
  private static final Path EXAMPLE =
      Path.of("src/test/java/org/workedanswers/opentelemetry/TelemetryExample.java");

  private static final Set<AttributeKey<?>> SAID_BY_THE_NAME =
      Set.of(Names.STEP, Names.OPERATION, Names.WORKFLOW);

  @Test
  void theCodeIsTheExamples() throws IOException {
    String source = Files.readString(EXAMPLE).replace("\r\n", "\n");
    String shown =
        source
                .substring(source.indexOf("// begin\n") + 9, source.indexOf("\n    // end\n"))
                .stripIndent()
            + "\n";
    assertEquals(shown, block("java"));
  }

  @Test
  void theSpansAreAnAnswersSpans() throws IOException {
    try (Recorded recorded = new Recorded()) {
      answer(
          TelemetryObserver.of(
              recorded.sdk, new TelemetryObserver.Settings("onnxruntime", "ollama", false)));
      StringBuilder tree = new StringBuilder();
      print(recorded, SpanId.getInvalid(), "", tree);
      assertEquals(tree.toString(), block("text"));
    }
  }

  @Test
  void everyMetricIsNamed() throws IOException {
    String page = Files.readString(PAGE);
    for (String name :
        Set.of(
            Names.OPERATION_DURATION,
            Names.TOKEN_USAGE,
            Names.STEP_DURATION,
            Names.STEP_PASSAGES,
            Names.STEP_SCORE)) {
      assertTrue(page.contains("`" + name + "`"), name);
    }
  }

  /** The steps of an answer in their order, with what each may tell. */
  private static void answer(TelemetryObserver observer) {
    try (Running answer = observer.begin(Step.ANSWER)) {
      try (Running retrieve = observer.begin(Step.RETRIEVE).with(Step.LIMIT, 5)) {
        observer
            .begin(Step.EMBED)
            .with(Step.MODEL, "all-MiniLM-L6-v2")
            .with(Step.INPUTS, 1)
            .close();
        observer.begin(Step.SEARCH_WORDS).with(Step.LIMIT, 50).with(Step.FOUND, 12).close();
        observer.begin(Step.SEARCH_MEANING).with(Step.LIMIT, 50).with(Step.FOUND, 50).close();
        observer.begin(Step.FUSE).with(Step.FOUND, 20).with(Step.BEST_SCORE, 0.0328).close();
        try (Running rerank = observer.begin(Step.RERANK)) {
          rerank
              .with(Step.MODEL, "ms-marco-MiniLM")
              .with(Step.INPUTS, 20)
              .failed(new IllegalStateException());
        }
        retrieve.with(Step.FOUND, 5);
      }
      observer
          .begin(Step.GENERATE)
          .with(Step.MODEL, "llama3.2")
          .with(Step.INPUT_TOKENS, 1204)
          .with(Step.OUTPUT_TOKENS, 87)
          .close();
      answer.with(Step.FOUND, 5);
    }
  }

  private static void print(Recorded recorded, String parent, String indent, StringBuilder out) {
    recorded.spans().stream()
        .filter(s -> s.getParentSpanId().equals(parent))
        .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
        .forEach(
            s -> {
              out.append(indent).append(s.getName()).append("  ").append(s.getKind()).append('\n');
              String told =
                  s.getAttributes().asMap().entrySet().stream()
                      .filter(e -> !SAID_BY_THE_NAME.contains(e.getKey()))
                      .map(e -> e.getKey() + "=" + e.getValue())
                      .sorted()
                      .collect(Collectors.joining("  "));
              out.append(indent).append("    ").append(told).append('\n');
              print(recorded, s.getSpanId(), indent + "  ", out);
            });
  }

  private static String block(String language) throws IOException {
    String page = Files.readString(PAGE).replace("\r\n", "\n");
    String fence = "```" + language + "\n";
    int from = page.indexOf(fence) + fence.length();
    assertTrue(from >= fence.length(), "a block of " + language);
    return page.substring(from, page.indexOf("```", from));
  }
}
