package org.workedanswers.core;

import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a transformer: how large each weight matrix is and how many there are of it, so that
 * parameters, bytes and adapters of models that do not fit here can be counted.
 *
 * <p>A linear layer's weight is d_out x d_in, y = x Wᵀ. With H heads, G key-value heads and heads
 * of size d_h:
 *
 * <pre>
 * name       rows x cols            as in
 * q          H d_h x d_model
 * k, v       G d_h x d_model        G &lt; H where heads share keys and values
 * o          d_model x H d_h
 * gate       d_ff x d_model         decoder alone: SwiGLU
 * up         d_ff x d_model         BERT's "intermediate"
 * down       d_model x d_ff         BERT's "output"
 * router     experts x d_model      where there is more than one expert
 * embedding  vocabulary x d_model
 * head       vocabulary x d_model   unless it is the embedding itself
 * cross.q, cross.k, cross.v, cross.o   as q, k, v, o   encoder-decoder: to what was read
 * </pre>
 *
 * The constants are published shapes; their {@link #total} is the published count, to the last
 * parameter: that of the weights which their makers gave out.
 *
 * @param name the model's name
 * @param kind what stands around the matrices: biases, norms, positions
 * @param layers how many blocks; of an encoder-decoder how many in each of its two stacks
 * @param dModel the width of a token's vector
 * @param attention heads of a block
 * @param feedForward the feed-forward layer, or the experts, of a block
 * @param embedding what turns tokens into vectors, and back
 */
public record ModelShape(
    String name,
    Kind kind,
    int layers,
    int dModel,
    Attention attention,
    FeedForward feedForward,
    Embedding embedding) {

  /** What stands around the matrices. */
  public enum Kind {
    /**
     * As Llama: no biases, RMSNorm before attention and feed-forward and at the end, SwiGLU, rotary
     * positions, a head that predicts tokens.
     */
    DECODER,
    /**
     * As BERT (Devlin et al., 2019): biases, LayerNorm after each part and after the embeddings,
     * GELU, learned positions and token types, a pooler on the first token, no head.
     */
    ENCODER,
    /**
     * As T5 (Raffel et al., 2020, section 2.1): two stacks of as many layers. No biases, RMSNorm
     * before each part and at the end of each stack, ReLU, one table of relative positions a stack,
     * one of tokens for both; each layer that writes attends to what was read as well.
     */
    ENCODER_DECODER
  }

  /**
   * The heads of a block.
   *
   * @param heads H, heads of queries
   * @param kvHeads G, heads of keys and of values; each serves H / G heads of queries
   * @param headSize d_h
   */
  public record Attention(int heads, int kvHeads, int headSize) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is below 1 or G does not divide H
     */
    public Attention {
      Check.positive("heads", heads);
      Check.positive("kvHeads", kvHeads);
      Check.positive("headSize", headSize);
      Check.that(
          heads % kvHeads == 0,
          "heads is %d and kvHeads is %d: each key-value head must serve equally many heads",
          heads,
          kvHeads);
    }
  }

  /**
   * The feed-forward layer of a block; one expert is a dense layer without router.
   *
   * @param dFf hidden units of one expert
   * @param experts how many there are
   * @param activeExperts how many a token is sent to
   */
  public record FeedForward(int dFf, int experts, int activeExperts) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is below 1 or more experts are active than there are
     */
    public FeedForward {
      Check.positive("dFf", dFf);
      Check.positive("experts", experts);
      Check.range("activeExperts", activeExperts, 1, experts);
    }

    /** A dense layer. */
    public static FeedForward dense(int dFf) {
      return new FeedForward(dFf, 1, 1);
    }
  }

  /**
   * The tables that turn tokens into vectors, and back.
   *
   * @param vocabulary tokens
   * @param tied whether the head is the embedding itself; an encoder has no head
   * @param positions learned positions, 0 for none; of an encoder-decoder the distances that it
   *     tells apart, for each of which a head has a number
   * @param tokenTypes learned token types, 0 for none
   */
  public record Embedding(int vocabulary, boolean tied, int positions, int tokenTypes) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if there is no token or another size is negative
     */
    public Embedding {
      Check.positive("vocabulary", vocabulary);
      Check.range("positions", positions, 0, Integer.MAX_VALUE);
      Check.range("tokenTypes", tokenTypes, 0, Integer.MAX_VALUE);
    }
  }

  /** To which part of the model a weight belongs. */
  public enum Group {
    /** Tables looked up by token, position or type. */
    EMBEDDING,
    /** Queries, keys, values, output. */
    ATTENTION,
    /** Feed-forward layers or experts. */
    FEED_FORWARD,
    /** What sends a token to experts. */
    ROUTER,
    /** Scales and shifts of normalisations. */
    NORM,
    /** What stands after the last block: head or pooler. */
    OUTPUT
  }

  /**
   * Weights of one name and shape.
   *
   * @param name as in the table above; a bias is called {@code q.bias}
   * @param group to which part of the model it belongs
   * @param rows d_out of a matrix, the length of a vector
   * @param cols d_in of a matrix, 1 for a vector
   * @param count how many there are in the model
   * @param active how many of them one token passes; experts not chosen are not among them
   */
  public record Part(String name, Group group, int rows, int cols, int count, int active) {
    /** Parameters of all of them: rows · cols · count. */
    public long parameters() {
      return (long) rows * cols * count;
    }

    /** Parameters of those that one token passes: rows · cols · active. */
    public long activeParameters() {
      return (long) rows * cols * active;
    }

    /** Whether it is a bias or a norm, which quantisation and adapters leave alone. */
    public boolean vector() {
      return cols == 1;
    }
  }

  /**
   * Llama 3 8B: its config.json. 8,030,261,248 parameters; the index of its shards,
   * model.safetensors.index.json, has 16,060,522,496 bytes in BF16.
   */
  public static final ModelShape LLAMA_3_8B =
      new ModelShape(
          "Llama 3 8B",
          Kind.DECODER,
          32,
          4096,
          new Attention(32, 8, 128),
          FeedForward.dense(14_336),
          new Embedding(128_256, false, 0, 0));

  /**
   * Llama 3 70B: its config.json. 70,553,706,496 parameters; the index of the shards of 3.1, which
   * has the same matrices, has 141,107,412,992 bytes in BF16.
   */
  public static final ModelShape LLAMA_3_70B =
      new ModelShape(
          "Llama 3 70B",
          Kind.DECODER,
          80,
          8192,
          new Attention(64, 8, 128),
          FeedForward.dense(28_672),
          new Embedding(128_256, false, 0, 0));

  /**
   * Mixtral 8x7B: Jiang et al., <i>Mixtral of Experts</i>, 2024, table 1. 46,702,792,704
   * parameters, of which a token passes 12,879,925,248; its announcement of December 2023 says 46.7
   * and 12.9 billion.
   */
  public static final ModelShape MIXTRAL_8X7B =
      new ModelShape(
          "Mixtral 8x7B",
          Kind.DECODER,
          32,
          4096,
          new Attention(32, 8, 128),
          new FeedForward(14_336, 8, 2),
          new Embedding(32_000, false, 0, 0));

  /**
   * all-MiniLM-L6-v2: its config.json. 22,713,216 parameters, of which the pooler, which sentence
   * embeddings do not use, has 147,840.
   */
  public static final ModelShape MINILM_L6 =
      new ModelShape(
          "all-MiniLM-L6-v2",
          Kind.ENCODER,
          6,
          384,
          new Attention(12, 12, 32),
          FeedForward.dense(1536),
          new Embedding(30_522, true, 512, 2));

  /**
   * BERT-base, uncased: Devlin et al., <i>BERT</i>, 2019, section 3, and its config.json.
   * 109,482,240 parameters, which the paper rounds to 110 million.
   */
  public static final ModelShape BERT_BASE =
      new ModelShape(
          "BERT-base",
          Kind.ENCODER,
          12,
          768,
          new Attention(12, 12, 64),
          FeedForward.dense(3072),
          new Embedding(30_522, true, 512, 2));

  /**
   * T5-small: its config.json; Raffel et al., <i>Exploring the Limits of Transfer Learning</i>,
   * 2020, section 3.7. 60,506,624 parameters, which the paper rounds to 60 million.
   */
  public static final ModelShape T5_SMALL =
      new ModelShape(
          "T5-small",
          Kind.ENCODER_DECODER,
          6,
          512,
          new Attention(8, 8, 64),
          FeedForward.dense(2048),
          new Embedding(32_128, true, 32, 0));

  /**
   * T5-base: its config.json; the same paper, section 3.1.1. 222,903,552 parameters, which the
   * paper rounds to 220 million.
   */
  public static final ModelShape T5_BASE =
      new ModelShape(
          "T5-base",
          Kind.ENCODER_DECODER,
          12,
          768,
          new Attention(12, 12, 64),
          FeedForward.dense(3072),
          new Embedding(32_128, true, 32, 0));

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public ModelShape {
    Check.positive("layers", layers);
    Check.positive("dModel", dModel);
  }

  /** The published shapes of one stack, the smallest first. */
  public static List<ModelShape> published() {
    return List.of(MINILM_L6, BERT_BASE, LLAMA_3_8B, MIXTRAL_8X7B, LLAMA_3_70B);
  }

  /** All weights by name, in the order in which a token meets them. */
  public List<Part> parts() {
    return new ShapeParts(this).list();
  }

  /**
   * The weights of that name.
   *
   * @throws IllegalArgumentException if this model has none; it names those it has
   */
  public Part part(String part) {
    List<String> names = new ArrayList<>();
    for (Part p : parts()) {
      if (p.name().equals(part)) {
        return p;
      }
      names.add(p.name());
    }
    throw new IllegalArgumentException(
        String.format("%s has no weights '%s': it has %s", name, part, names));
  }

  /** Parameters of the whole model. */
  public long total() {
    return parts().stream().mapToLong(Part::parameters).sum();
  }

  /**
   * Parameters that one token passes; tables are counted whole, as is usual, and so are both stacks
   * of an encoder-decoder.
   */
  public long active() {
    return parts().stream().mapToLong(Part::activeParameters).sum();
  }

  /**
   * Values that the key-value cache holds for one token: 2 · layers · G · d_h. An encoder-decoder
   * holds as many for a token that it wrote and for one that it read.
   */
  public long kvCacheValuesPerToken() {
    return 2L * layers * attention.kvHeads() * attention.headSize();
  }
}
