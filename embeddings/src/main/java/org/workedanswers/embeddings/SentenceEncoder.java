package org.workedanswers.embeddings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.TokenEmbedder;
import org.workedanswers.tokenizers.WordPiece;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.Trace;

/**
 * Sentence embeddings in plain Java: word pieces, a BERT encoder, one vector a text.
 *
 * <pre>
 * t = encoder([CLS] pieces [SEP])     [n x d]
 * e = p / ‖p‖,  p = pool(t)           [d]
 * </pre>
 *
 * Texts of like meaning have a large cosine, which is the dot product of their vectors, ‖e‖ = 1.
 * Source: Reimers and Gurevych, <i>Sentence-BERT: Sentence Embeddings using Siamese
 * BERT-Networks</i>, 2019, section 3.
 *
 * <p>Texts are run in batches of like length, which threads share; a text's vector does not depend
 * on its neighbours or on threads, bit for bit. Safe for several threads.
 */
public final class SentenceEncoder implements Embedder {
  /** Tokens of a batch, or one text's. */
  private static final int BATCH_TOKENS = 512;

  /**
   * What is the model's own.
   *
   * @param name of model and settings, for {@link Embedder#name}
   * @param pooling many vectors to one
   * @param maxTokens after how many tokens a text is cut, [CLS] and [SEP] among them
   */
  public record Settings(String name, Pooling pooling, int maxTokens) {
    /** After how many tokens all-MiniLM-L6-v2's published scores cut a text. */
    public static final int MINI_LM_TOKENS = 256;

    /** all-MiniLM-L6-v2's, as its published scores have it. */
    public static final Settings MINI_LM =
        new Settings("all-MiniLM-L6-v2", Pooling.MEAN, MINI_LM_TOKENS);

    /** bge-small-en-v1.5's; its card wants {@link #BGE_QUERY} before a question. */
    public static final Settings BGE_SMALL = new Settings("bge-small-en-v1.5", Pooling.FIRST, 512);

    /** What bge-small-en-v1.5 wants before a question that searches passages. */
    public static final String BGE_QUERY =
        "Represent this sentence for searching relevant passages: ";

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is below 2
     */
    public Settings {
      Check.range("maxTokens", maxTokens, 2, Integer.MAX_VALUE);
    }
  }

  private final Encoder encoder;
  private final WordPiece tokenizer;
  private final Settings settings;
  private final Loop loop;
  private final Compute shortTexts;
  private final Compute longTexts;

  /**
   * From a model's parts.
   *
   * @param loop threads that batches are shared out over
   * @throws IllegalArgumentException if the tokenizer has more tokens than the encoder, or texts
   *     are cut beyond its positions
   */
  public SentenceEncoder(
      Encoder encoder, WordPiece tokenizer, Settings settings, Kernels kernels, Loop loop) {
    Check.that(
        tokenizer.size() <= encoder.embeddings().words().size(),
        "the tokenizer has %d tokens and the encoder vectors for %d",
        tokenizer.size(),
        encoder.embeddings().words().size());
    Check.that(
        settings.maxTokens() <= encoder.embeddings().longest(),
        "texts are cut after %d tokens and the encoder has positions for %d",
        settings.maxTokens(),
        encoder.embeddings().longest());
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.loop = loop;
    shortTexts = Compute.plain(kernels, Loop.sequential());
    longTexts = Compute.tiled(kernels, Loop.sequential());
  }

  @Override
  public int dimension() {
    return encoder.width();
  }

  @Override
  public String name() {
    return settings.name();
  }

  /** The encoder. */
  public Encoder encoder() {
    return encoder;
  }

  /** The tokenizer. */
  public WordPiece tokenizer() {
    return tokenizer;
  }

  /**
   * A text's tokens as the encoder gets them: [CLS] first, [SEP] last, cut where it is too long.
   */
  public int[] tokens(String text) {
    return tokenizer.encodeSentence(text, settings.maxTokens());
  }

  /** e of each text, [texts x d]. */
  @Override
  public Matrix embed(List<String> texts) {
    Matrix embeddings = Matrix.zeros(texts.size(), dimension());
    run(texts, (text, vectors) -> pooled(vectors, embeddings.rows(text, text + 1)));
    return embeddings;
  }

  /** t of each text, [n x d], [CLS] and [SEP] among them. */
  public List<Matrix> vectors(List<String> texts) {
    Matrix[] vectors = new Matrix[texts.size()];
    run(texts, (text, t) -> vectors[text] = t.copy());
    return List.of(vectors);
  }

  /**
   * The vectors of a text's own tokens, each divided by its length, for late interaction. [CLS] and
   * [SEP] are left out: they stand in every text and say nothing of a word. A text without a token
   * has no row.
   */
  public TokenEmbedder tokenEmbedder() {
    return new TokenEmbedder() {
      @Override
      public String name() {
        return settings.name() + " tokens";
      }

      @Override
      public List<Matrix> tokens(List<String> texts) {
        return vectors(texts).stream().map(SentenceEncoder::ofLengthOne).toList();
      }
    };
  }

  /** Without the first row and the last. */
  private static Matrix ofLengthOne(Matrix t) {
    Matrix own = t.rows(1, t.rows() - 1).copy();
    for (int i = 0; i < own.rows(); i++) {
      double[] row = new double[own.cols()];
      for (int j = 0; j < row.length; j++) {
        row[j] = own.get(i, j);
      }
      normalized(row, own.rows(i, i + 1));
    }
    return own;
  }

  /**
   * Where the pieces of a text stand, all of them: nothing is cut off. [CLS] and [SEP] are not
   * among them. For passages of so many tokens.
   */
  public Tokens chunkTokens() {
    return text ->
        tokenizer.spans(text).stream().map(span -> new Span(span.from(), span.to())).toList();
  }

  /** A text's way through the encoder, with everything that lies between. */
  public Trace explain(String text) {
    return encoder.explain(shortTexts, tokens(text));
  }

  /** Takes a text's vectors; may be called on several threads. */
  @FunctionalInterface
  private interface Taker {
    void take(int text, Matrix vectors);
  }

  private void run(List<String> texts, Taker taker) {
    int[][] tokens = new int[texts.size()][];
    loop.forEach(tokens.length, i -> tokens[i] = tokens(texts.get(i)));
    List<int[]> batches = batches(tokens);
    loop.forEach(
        batches.size(),
        b -> {
          int[] batch = batches.get(b);
          List<int[]> sequences = Arrays.stream(batch).mapToObj(i -> tokens[i]).toList();
          Compute compute = Compute.isLong(sequences.get(0).length) ? longTexts : shortTexts;
          List<Matrix> vectors = encoder.encode(compute, sequences);
          for (int i = 0; i < batch.length; i++) {
            taker.take(batch[i], vectors.get(i));
          }
        });
  }

  /**
   * The texts' numbers in batches, the longest texts first, so that threads end together. Short and
   * {@linkplain Compute#isLong long} texts do not mix.
   */
  private static List<int[]> batches(int[][] tokens) {
    Integer[] order = new Integer[tokens.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt(i -> -tokens[i].length)); // stable
    List<int[]> batches = new ArrayList<>();
    for (int from = 0, to; from < order.length; from = to) {
      boolean large = Compute.isLong(tokens[order[from]].length);
      int sum = tokens[order[from]].length;
      to = from + 1;
      while (to < order.length
          && sum + tokens[order[to]].length <= BATCH_TOKENS
          && Compute.isLong(tokens[order[to]].length) == large) {
        sum += tokens[order[to++]].length;
      }
      batches.add(Arrays.stream(order, from, to).mapToInt(i -> i).toArray());
    }
    return batches;
  }

  private void pooled(Matrix vectors, Matrix into) {
    double[] p = new double[dimension()];
    settings.pooling().pool(vectors, p);
    normalized(p, into);
  }

  /** p / ‖p‖; zeros of zeros. */
  private static void normalized(double[] p, Matrix into) {
    double squares = 0;
    for (double x : p) {
      squares += x * x;
    }
    double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
    for (int j = 0; j < p.length; j++) {
      into.set(0, j, (float) (p[j] * scale));
    }
  }
}
