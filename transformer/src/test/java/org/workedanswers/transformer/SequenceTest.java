package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.transformer.LinearTest.refused;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;

class SequenceTest {
  @Test
  void tokenByTokenInChunksAndAtOnceGiveTheSameBits() {
    for (int seed = 0; seed < 40; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Decoder decoder = Initial.decoder(Shapes.decoder(random), random);
      int[] tokens = Shapes.tokens(random, 1 + random.below(33));
      for (Compute compute : Computes.all()) {
        Matrix together = decoder.start(compute, tokens.length).feed(tokens);
        Trace explained = decoder.explain(compute, tokens); // no cache at all
        assertEquals(decoder.stack().layers().size(), explained.layers().size());
        assertArrayEquals(
            explained.layers().get(0).input().toArray(), explained.embedded().toArray());
        Matrix uncached = decoder.head().apply(compute, explained.output());
        Sequence one = decoder.start(compute, 40);
        Sequence chunks = decoder.start(compute, 40);
        for (int at = 0, next; at < tokens.length; at = next) {
          next = Math.min(tokens.length, at + 1 + random.below(5));
          Matrix part = chunks.feed(Arrays.copyOfRange(tokens, at, next));
          for (int i = at; i < next; i++) {
            String what = "seed " + seed + ", token " + i + ", " + compute;
            assertArrayEquals(together.row(i), part.row(i - at), what);
            assertArrayEquals(together.row(i), one.next(tokens[i]).row(0), what);
            assertArrayEquals(together.row(i), uncached.row(i), 2e-4f, what);
          }
        }
        assertEquals(tokens.length, one.length());
      }
    }
  }

  @Test
  void explainedWithThePlainFormItIsTheSameBits() {
    for (int seed = 0; seed < 20; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Decoder decoder = Initial.decoder(Shapes.decoder(random), random);
      int[] tokens = Shapes.tokens(random, 19);
      Compute compute = Computes.all().get(seed % 2); // plain attention
      Matrix output = decoder.explain(compute, tokens).output();
      assertArrayEquals(
          decoder.start(compute, 19).feed(tokens).toArray(),
          decoder.head().apply(compute, output).toArray());
    }
  }

  @Test
  void aPromptLongerThanAChunkIsItsTokensOneByOne() {
    SeededRandom random = new SeededRandom(7);
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            2,
            12,
            new ModelShape.Attention(4, 2, 4),
            ModelShape.FeedForward.dense(20),
            new ModelShape.Embedding(23, true, 0, 0));
    Decoder decoder = Initial.decoder(TransformerConfig.llama(shape), random);
    Compute compute = Computes.all().get(1);
    int[] tokens = Shapes.tokens(random, 2 * Sequence.CHUNK + 3);
    Matrix all = decoder.start(compute, tokens.length).feed(tokens);
    Matrix last = decoder.start(compute, tokens.length).next(tokens);
    Sequence one = decoder.start(compute, tokens.length);
    for (int i = 0; i < tokens.length; i++) {
      assertArrayEquals(all.row(i), one.next(tokens[i]).row(0), "token " + i);
    }
    assertArrayEquals(all.row(tokens.length - 1), last.row(0));
  }

  @Test
  void whatWasTakenBackLeavesNothing() {
    SeededRandom random = new SeededRandom(8);
    Decoder decoder = Initial.decoder(Shapes.decoder(random), random);
    Compute compute = Computes.all().get(1);
    Sequence s = decoder.start(compute, 12);
    s.feed(1, 2, 3);
    float[] expected = s.next(4).row(0);
    s.feed(9, 8, 7, 6);
    s.truncate(3);
    assertArrayEquals(expected, s.next(4).row(0));
    assertEquals(4, s.length());
    assertEquals(12, s.capacity());
    refused("length is 5", () -> s.truncate(5));
  }

  @Test
  void aRefusalChangesNothing() {
    SeededRandom random = new SeededRandom(9);
    Decoder decoder = Initial.decoder(Shapes.decoder(random), random);
    Compute compute = Computes.all().get(1);
    Sequence s = decoder.start(compute, 4);
    s.feed(5, 6);
    refused("3 tokens after 2 pass the sequence's capacity of 4", () -> s.feed(1, 2, 3));
    refused("token is 23", () -> s.feed(1, 23));
    refused("token is -1", () -> s.next(-1));
    refused("there is no token", () -> s.next());
    assertEquals(2, s.length());
    assertArrayEquals(decoder.start(compute, 4).next(5, 6, 7).row(0), s.next(7).row(0));
    refused("capacity is 0", () -> decoder.start(compute, 0));
    refused(
        "attend to no encoder",
        () -> decoder.start(compute, 4, Matrix.zeros(2, decoder.stack().width())));
  }

  @Test
  void aDecoderWhosePartsDoNotFitIsRefused() {
    SeededRandom random = new SeededRandom(10);
    Decoder decoder = Initial.decoder(Shapes.decoder(random), random);
    int d = decoder.stack().width();
    Embeddings narrow = Embeddings.of(TokenTable.of(Matrix.zeros(23, d - 1)));
    refused("are 23 x " + (d - 1), () -> with(decoder, narrow, decoder.head()));
    Embeddings words = Embeddings.of(TokenTable.of(Matrix.zeros(23, d)));
    Linear more = Linear.dense(Matrix.zeros(24, d), null);
    refused("the head 24 x " + d, () -> with(decoder, words, more));
    Linear wide = Linear.dense(Matrix.zeros(23, d + 1), null);
    refused("the head 23 x " + (d + 1), () -> with(decoder, words, wide));
    refused("context is 0", () -> new Decoder(words, decoder.stack(), decoder.head(), 0));
  }

  private static Decoder with(Decoder decoder, Embeddings embeddings, Linear head) {
    return new Decoder(embeddings, decoder.stack(), head, 8);
  }

  /** Learned positions end: a text that would pass them is refused whole. */
  @Test
  void aTextIsNoLongerThanItsPositions() {
    SeededRandom random = new SeededRandom(12);
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            1,
            12,
            new ModelShape.Attention(2, 1, 4),
            ModelShape.FeedForward.dense(9),
            new ModelShape.Embedding(23, true, Sequence.CHUNK + 4, 0));
    Decoder decoder =
        Initial.decoder(TransformerConfig.llama(shape).with(Positions.LEARNED), random);
    Compute compute = Computes.all().get(1);
    Sequence s = decoder.start(compute, 999);
    int[] tokens = Shapes.tokens(random, Sequence.CHUNK + 5);
    refused("the model has positions for 260", () -> s.feed(tokens));
    assertEquals(0, s.length());
    s.next(Arrays.copyOf(tokens, Sequence.CHUNK + 4));
    refused("1 tokens after 260", () -> s.next(3));
  }

  @Test
  void nothingForeseesNothing() {
    SeededRandom random = new SeededRandom(11);
    Decoder decoder = Initial.decoder(Shapes.decoder(random), random);
    Compute compute = Computes.all().get(1);
    refused("there is no token", () -> LogLikelihood.of(decoder, compute));
    refused("there is no token", () -> LogLikelihood.each(decoder.start(compute, 3)));
    assertEquals(new LogLikelihood(0, 0), LogLikelihood.of(decoder, compute, 7));
  }
}
