package org.workedanswers.answers;

import java.nio.file.Path;
import java.util.Optional;
import org.workedanswers.core.Check;
import org.workedanswers.langchain4j.OnnxReranker;
import picocli.CommandLine.Option;

/** What looks at candidates a second time. */
public final class RerankOptions {
  @Option(
      names = "--cross-encoder",
      paramLabel = "FILE",
      description = "an ONNX file that reranks; with --tokenizer (default: none)")
  private Path crossEncoder;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "the cross-encoder's tokenizer.json")
  private Path tokenizer;

  @Option(
      names = "--late-interaction",
      description =
          "reranks by MaxSim over MiniLM's token vectors, which did not help where it was measured"
              + " (docs/retrieval.md)")
  private boolean lateInteraction;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "passages that are reranked (default: ${DEFAULT-VALUE})")
  private int candidates = 100;

  /** Passages that are reranked. */
  public int candidates() {
    return Check.range("--candidates", candidates, 1, 10_000);
  }

  /** Whether late interaction is asked for. */
  public boolean lateInteraction() {
    Check.that(
        !lateInteraction || crossEncoder == null,
        "--late-interaction and --cross-encoder are two ways: name one");
    return lateInteraction;
  }

  /**
   * The cross-encoder that is named, opened.
   *
   * @throws IllegalArgumentException if a file is missing or is none
   */
  public Optional<OnnxReranker> crossEncoder() {
    Check.that(
        (crossEncoder == null) == (tokenizer == null),
        "--cross-encoder and --tokenizer belong together: name both or none");
    lateInteraction();
    return Optional.ofNullable(crossEncoder).map(file -> OnnxReranker.of(file, tokenizer));
  }
}
