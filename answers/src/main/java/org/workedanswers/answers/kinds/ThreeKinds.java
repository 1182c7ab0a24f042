package org.workedanswers.answers.kinds;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.EncoderDecoder;
import org.workedanswers.transformer.Initial;
import org.workedanswers.transformer.LayerTrace;
import org.workedanswers.transformer.Stack;
import org.workedanswers.transformer.Trace;
import org.workedanswers.transformer.TransformerConfig;

/**
 * An encoder as BERT's, a decoder as Llama's and an encoder-decoder as T5's, small and of random
 * weights: who sees whom does not depend on what they have learned.
 *
 * @param encoder reads {@link #SENTENCE}
 * @param decoder writes {@link #SENTENCE}
 * @param both reads {@link #SENTENCE} and writes {@link #TRANSLATION}
 */
public record ThreeKinds(Encoder encoder, Decoder decoder, EncoderDecoder both) {
  /** What is read, and what the decoder writes. */
  public static final List<String> SENTENCE = List.of("the", "cat", "sat", "on", "the", "mat");

  /** What the encoder-decoder writes beside it. */
  public static final List<String> TRANSLATION =
      List.of("<s>", "die", "Katze", "saß", "auf", "der", "Matte");

  /** d, the width of a token's vector. */
  public static final int WIDTH = 32;

  /** The longest input. */
  public static final int LONGEST = 128;

  private static final int LAYERS = 2;
  private static final List<String> VOCABULARY = vocabulary();

  private static List<String> vocabulary() {
    List<String> words = new ArrayList<>(SENTENCE);
    words.addAll(TRANSLATION);
    return words.stream().distinct().toList();
  }

  /** With the masks that make them what they are. */
  public static ThreeKinds of(SeededRandom random) {
    return of(random, Mask.full(), Mask.causal());
  }

  /** With these masks for what reads and for what writes. */
  public static ThreeKinds of(SeededRandom random, Mask reads, Mask writes) {
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            LAYERS,
            WIDTH,
            new ModelShape.Attention(4, 4, WIDTH / 4),
            ModelShape.FeedForward.dense(2 * WIDTH),
            new ModelShape.Embedding(VOCABULARY.size(), true, LONGEST, 0));
    Encoder encoder = Initial.encoder(TransformerConfig.bert(shape), random.split(1));
    Decoder decoder = Initial.decoder(TransformerConfig.llama(shape), random.split(2));
    EncoderDecoder both = Initial.encoderDecoder(TransformerConfig.t5(shape), random.split(3));
    return new ThreeKinds(
        with(encoder, reads),
        with(decoder, writes),
        new EncoderDecoder(with(both.encoder(), reads), with(both.decoder(), writes)));
  }

  /** The same encoder with another mask. */
  public static Encoder with(Encoder encoder, Mask mask) {
    Stack s = encoder.stack();
    return new Encoder(encoder.embeddings(), new Stack(s.layers(), s.norm(), mask));
  }

  /** The same decoder with another mask. */
  public static Decoder with(Decoder decoder, Mask mask) {
    Stack s = decoder.stack();
    return new Decoder(
        decoder.embeddings(),
        new Stack(s.layers(), s.norm(), mask),
        decoder.head(),
        decoder.context());
  }

  /** How many words they know. */
  public static int words() {
    return VOCABULARY.size();
  }

  /** The numbers of words. */
  public static int[] tokens(List<String> words) {
    ToIntFunction<String> number = VOCABULARY::indexOf;
    return words.stream().mapToInt(number).toArray();
  }

  /** The encoder's pass over the sentence. */
  public Trace encoded(Compute compute) {
    return encoder.explain(compute, tokens(SENTENCE));
  }

  /** The decoder's pass over the sentence. */
  public Trace decoded(Compute compute) {
    return decoder.explain(compute, tokens(SENTENCE));
  }

  /** The encoder-decoder's pass over the sentence that it reads. */
  public Trace read(Compute compute) {
    return both.encoder().explain(compute, tokens(SENTENCE));
  }

  /** The encoder-decoder's pass over the sentence that it writes, beside the one it has read. */
  public Trace written(Compute compute) {
    return both.decoder().explain(compute, read(compute).output(), tokens(TRANSLATION));
  }

  /** 1 where a row's token takes from a column's in any head of any layer, else 0. */
  public static Matrix seen(Trace trace) {
    return seen(trace, LayerTrace::attentionWeights);
  }

  /** The same of a writer's attention to what was read. */
  public static Matrix seenAcross(Trace trace) {
    return seen(trace, LayerTrace::crossWeights);
  }

  private static Matrix seen(Trace trace, Function<LayerTrace, List<List<Matrix>>> which) {
    Matrix seen = null;
    for (LayerTrace layer : trace.layers()) {
      for (Matrix weights : which.apply(layer).get(0)) {
        seen = seen == null ? Matrix.zeros(weights.rows(), weights.cols()) : seen;
        for (int i = 0; i < weights.rows(); i++) {
          for (int j = 0; j < weights.cols(); j++) {
            seen.set(i, j, weights.get(i, j) > 0 ? 1 : seen.get(i, j));
          }
        }
      }
    }
    return seen;
  }

  /** How many pairs of a matrix of ones and zeros are seen. */
  public static int pairs(Matrix seen) {
    int pairs = 0;
    for (int i = 0; i < seen.rows(); i++) {
      for (int j = 0; j < seen.cols(); j++) {
        pairs += seen.get(i, j) > 0 ? 1 : 0;
      }
    }
    return pairs;
  }

  /**
   * What depends on what: 1 where output i is another one after token j has become another word.
   *
   * @param tokens what is changed, one after the other
   * @param run from tokens to outputs, one a row
   */
  public static Matrix influence(int[] tokens, Function<int[], Matrix> run) {
    Matrix before = run.apply(tokens);
    Matrix influence = Matrix.zeros(before.rows(), tokens.length);
    for (int j = 0; j < tokens.length; j++) {
      int[] other = tokens.clone();
      other[j] = (other[j] + 1) % words();
      Matrix after = run.apply(other);
      for (int i = 0; i < before.rows(); i++) {
        boolean same = Arrays.equals(before.row(i), after.row(i));
        influence.set(i, j, same ? 0 : 1);
      }
    }
    return influence;
  }
}
