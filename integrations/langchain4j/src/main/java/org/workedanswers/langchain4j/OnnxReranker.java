package org.workedanswers.langchain4j;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.model.scoring.onnx.OnnxScoringModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.store.Passage;

/**
 * A cross-encoder from files, such as ms-marco-MiniLM-L-6-v2 exported to ONNX: reads query and
 * passage as one text and gives its first logit.
 *
 * <p>The model's inputs are {@code input_ids}, {@code attention_mask} and, where it has it, {@code
 * token_type_ids}; its first output is [pairs x classes]. A pair is cut after {@value #MAX_TOKENS}
 * tokens, or as many as the tokenizer's file asks for, at the end of its longer text.
 */
public final class OnnxReranker implements Reranker, AutoCloseable {
  /**
   * After how many tokens query and passage are cut, the marks around them included, where the
   * tokenizer's file does not say.
   */
  public static final int MAX_TOKENS = 512;

  /** What LangChain4j's class takes off again. */
  private static final int THEIR_MARKS = 2;

  private static final int BATCH = 32;

  private final OnnxScoringModel model;
  private final ScoringModelReranker reranker;

  private OnnxReranker(OnnxScoringModel model, String name) {
    this.model = model;
    this.reranker = new ScoringModelReranker(model, name, BATCH);
  }

  /**
   * Opens a cross-encoder and tries it on one pair.
   *
   * @param modelFile the ONNX file; its name names the reranker. Weights in files beside it are
   *     read too
   * @param tokenizerFile the tokenizer, a {@code tokenizer.json} of Hugging Face
   * @throws IllegalArgumentException if a file is missing or damaged, or is no such model; the
   *     message names the file
   * @throws IllegalStateException if ONNX Runtime can't run here
   */
  public static OnnxReranker of(Path modelFile, Path tokenizerFile) {
    checkFile("the cross-encoder", modelFile);
    checkFile("the cross-encoder's tokenizer", tokenizerFile);
    start();
    checkTokenizer(tokenizerFile);
    OnnxScoringModel model = open(modelFile, tokenizerFile);
    try {
      OnnxReranker reranker = new OnnxReranker(model, modelFile.getFileName().toString());
      reranker.scores("a", List.of(new Passage("p", "d", 0, 1, "", "b", Map.of())));
      return reranker;
    } catch (RuntimeException e) {
      model.close();
      throw new IllegalArgumentException(
          modelFile
              + " is no cross-encoder that fits "
              + tokenizerFile
              + ": it must take input_ids and attention_mask and give a number a pair, [pairs x 1]: "
              + root(e),
          e);
    }
  }

  private static void start() {
    try {
      Onnx.environment();
    } catch (OrtException | LinkageError e) {
      throw new IllegalStateException("ONNX Runtime can't run here: " + e.getMessage(), e);
    }
  }

  private static void checkFile(String what, Path file) {
    Check.that(Files.exists(file), "%s is missing: there is no file %s", what, file);
    Check.that(Files.isRegularFile(file), "%s must be a file: %s is none", what, file);
    Check.that(Files.isReadable(file), "%s may not be read: %s", what, file);
  }

  private static void checkTokenizer(Path file) {
    try {
      HuggingFaceTokenizer.newInstance(file, Map.of("padding", "false")).close();
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          file + " can't be read as a tokenizer, a tokenizer.json of Hugging Face: " + root(e), e);
    }
  }

  private static OnnxScoringModel open(Path modelFile, Path tokenizerFile) {
    try {
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.addConfigEntry("session.intra_op.allow_spinning", "0"); // see MiniLmModel
      return new OnnxScoringModel(
          modelFile.toString(),
          options, // closed by it
          tokenizerFile.toString(),
          MAX_TOKENS + THEIR_MARKS,
          false);
    } catch (OrtException | LinkageError e) {
      throw new IllegalStateException("ONNX Runtime can't run here: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          modelFile + " can't be read as an ONNX model: " + root(e), e);
    }
  }

  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }

  @Override
  public String name() {
    return reranker.name();
  }

  @Override
  public double[] scores(String query, List<Passage> passages) {
    return reranker.scores(query, passages);
  }

  /** Frees the native memory; the reranker can't be used after. */
  @Override
  public void close() {
    model.close();
  }
}
