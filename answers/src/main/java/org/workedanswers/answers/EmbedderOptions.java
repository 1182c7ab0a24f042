package org.workedanswers.answers;

import org.workedanswers.core.Check;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.TokenEmbedder;
import picocli.CommandLine.Option;

/**
 * What computes all-MiniLM-L6-v2: the project's own encoder, or ONNX Runtime, which is native.
 *
 * <p>Their vectors agree within 1e-5, so both have one {@linkplain Embedder#name() name}: an index
 * that one has made the other goes on with, and nothing is embedded anew. Where embeddings are kept
 * for a measurement they are told apart by {@link SentenceModel#key}: who measures one is not given
 * the other's.
 */
public final class EmbedderOptions {
  private static final String OURS = "java";
  private static final String ONNX_RUNTIME = "onnxruntime";

  @Option(
      names = "--embedder",
      paramLabel = "NAME",
      description =
          "what computes MiniLM: java, this project's own encoder, or onnxruntime, a native library;"
              + " their vectors agree within 1e-5 (default: ${DEFAULT-VALUE})")
  private String embedder = OURS;

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if there is no such embedder
   */
  public void check() {
    Check.that(
        ours() || embedder.equals(ONNX_RUNTIME),
        "--embedder %s: there are %s and %s",
        embedder,
        OURS,
        ONNX_RUNTIME);
  }

  /** Whether the project's own encoder is asked for. */
  public boolean ours() {
    return embedder.equals(OURS);
  }

  /**
   * The model, opened.
   *
   * @throws IllegalArgumentException if there is no such embedder
   */
  public SentenceModel open(Workbench bench) {
    check();
    return ours()
        ? new Ours(MiniLm.model().sentences(bench.kernels(), bench.loop()))
        : new OnnxSentenceModel(bench.loop());
  }

  /** In Java. */
  private record Ours(SentenceEncoder encoder) implements SentenceModel {
    @Override
    public Embedder embedder() {
      return encoder;
    }

    @Override
    public TokenEmbedder tokenEmbedder() {
      return encoder.tokenEmbedder();
    }

    @Override
    public Tokens tokens() {
      return encoder.chunkTokens();
    }

    @Override
    public String key() {
      return encoder.name() + " " + SentenceEncoder.Settings.MINI_LM_TOKENS + " " + OURS;
    }

    @Override
    public void close() {
      // Nothing is native: there is nothing to free.
    }
  }
}
