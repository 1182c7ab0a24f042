package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.transformer.LinearTest.refused;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;

class EncoderDecoderTest {
  @Test
  void agreesWithDoublePrecision() {
    for (int seed = 0; seed < 30; seed++) {
      SeededRandom random = new SeededRandom(seed);
      DoubleModel reads = new DoubleModel(random, false, false);
      DoubleModel writes = new DoubleModel(random, true, true);
      while (writes.sourceWidth != reads.d) {
        reads = new DoubleModel(random, false, false);
      }
      Matrix source = random.gaussian(7, reads.d, 1);
      Matrix words = random.gaussian(9, writes.d, 1);
      Matrix head = random.gaussian(9, writes.d, 1);
      Encoder encoder =
          new Encoder(
              Embeddings.of(TokenTable.of(source)),
              new Stack(List.of(reads.layer()), Optional.empty(), Mask.full()));
      Decoder decoder =
          new Decoder(
              Embeddings.of(TokenTable.of(words)),
              new Stack(List.of(writes.layer()), Optional.empty(), Mask.causal()),
              Linear.dense(head, null),
              100);
      int[] read = {6, 2, 2, 0};
      int[] written = {8, 1, 0, 3, 3};
      double[][] z = reads.apply(rows(source, read), null, (i, j) -> 1);
      double[][] x = writes.apply(rows(words, written), z, (i, j) -> j <= i ? 1 : 0);
      double[][] logits = DoubleModel.linear(x, head, null);
      EncoderDecoder both = new EncoderDecoder(encoder, decoder);
      for (Compute compute : Computes.all()) {
        Matrix all = both.start(compute, 5, read).feed(written);
        LayerTest.assertClose(logits, all, "seed " + seed + ", " + compute);
        Sequence one = both.start(compute, 5, read);
        for (int i = 0; i < 5; i++) {
          assertArrayEquals(all.row(i), one.next(written[i]).row(0));
        }
      }
    }
  }

  private static double[][] rows(Matrix table, int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      x[i] = DoubleModel.doubles(table.rows(tokens[i], tokens[i] + 1))[0];
    }
    return x;
  }

  @Test
  void aDecoderThatReadsNeedsWhatItReads() {
    SeededRandom random = new SeededRandom(3);
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            2,
            12,
            new ModelShape.Attention(4, 2, 4),
            ModelShape.FeedForward.dense(20),
            new ModelShape.Embedding(23, true, 0, 0));
    EncoderDecoder both = Initial.encoderDecoder(TransformerConfig.t5(shape), random);
    Compute compute = Computes.all().get(1);
    refused("attend to an encoder", () -> both.decoder().start(compute, 4));
    Decoder alone = Initial.decoder(TransformerConfig.t5(shape), random);
    refused("no encoder", () -> new EncoderDecoder(both.encoder(), alone));
    // Beside an encoder each layer has W_Q and W_O [12 x 16], W_K and W_V [8 x 12] and a norm more.
    int more = 2 * 12 * 16 + 2 * 8 * 12;
    assertEquals(alone.parameters(true) + 2 * (more + 12), both.decoder().parameters(true));
    Layer layer = both.decoder().stack().layers().get(1);
    assertTrue(layer.bytes() >= alone.stack().layers().get(1).bytes() + 4 * more);
    assertEquals(23, both.start(compute, 4, 1, 2).next(3).cols());
  }

  /** What is told of a pass gives the logits of that pass, and rows of weights that sum to 1. */
  @Test
  void explainedBesideAnEncoderItIsTheSame() {
    for (int seed = 0; seed < 10; seed++) {
      SeededRandom random = new SeededRandom(seed);
      ModelShape shape = Shapes.small(ModelShape.Kind.DECODER, random);
      TransformerConfig config =
          (random.coin() ? TransformerConfig.t5(shape) : TransformerConfig.llama(shape))
              .with(NormPlace.values()[random.below(2)]);
      EncoderDecoder both = Initial.encoderDecoder(config, random);
      int[] read = Shapes.tokens(random, 6);
      int[] written = Shapes.tokens(random, 4);
      Decoder decoder = both.decoder();
      for (Compute compute : Computes.all()) {
        Matrix z = both.encoder().explain(compute, read).output();
        Trace trace = decoder.explain(compute, z, written);
        Matrix logits = decoder.head().apply(compute, trace.output());
        Matrix fed = both.start(compute, 4, read).feed(written);
        for (int i = 0; i < 4; i++) {
          assertArrayEquals(fed.row(i), logits.row(i), 1e-4f);
        }
        for (LayerTrace layer : trace.layers()) {
          for (Matrix weights : layer.crossWeights().get(0)) {
            assertEquals(4, weights.rows());
            assertEquals(6, weights.cols());
            for (int i = 0; i < 4; i++) {
              double sum = 0;
              for (float w : weights.row(i)) {
                sum += w;
              }
              assertEquals(1, sum, 1e-5);
            }
          }
        }
        refused("explain it with the encoder's output", () -> decoder.explain(compute, written));
      }
    }
    SeededRandom random = new SeededRandom(5);
    Decoder alone = Initial.decoder(Shapes.decoder(random), random);
    Matrix z = Matrix.zeros(3, alone.stack().width());
    refused("no encoder", () -> alone.explain(Computes.all().get(0), z, 1, 2));
  }

  @Test
  void bucketsAreThoseOfT5() {
    RelativeBias encoder = new RelativeBias(Matrix.zeros(32, 1), true, 128);
    RelativeBias decoder = new RelativeBias(Matrix.zeros(32, 1), false, 128);
    // By the published formula: 16 buckets a direction, 8 of them exact; ln(16/8)/ln(16)·8 = 2.
    int[][] expected = {{0, 0}, {-1, 1}, {-7, 7}, {-8, 8}, {-16, 10}, {-127, 15}, {-5000, 15}};
    for (int[] e : expected) {
      assertEquals(e[1], encoder.bucket(e[0]), "distance " + e[0]);
      assertEquals(e[1] + (e[0] == 0 ? 0 : 16), encoder.bucket(-e[0]), "distance " + -e[0]);
    }
    // 32 buckets, 16 exact: ln(32/16)/ln(8)·16 = 5.33; the future shares bucket 0.
    int[][] past = {{0, 0}, {5, 0}, {-15, 15}, {-16, 16}, {-32, 21}, {-127, 31}, {-128, 31}};
    for (int[] e : past) {
      assertEquals(e[1], decoder.bucket(e[0]), "distance " + e[0]);
    }
    assertEquals(32 * 3, new RelativeBias(Matrix.zeros(32, 3), true, 128).parameters());
    refused("0 x 1", () -> new RelativeBias(Matrix.zeros(0, 1), true, 128));
    refused("30 x 1", () -> new RelativeBias(Matrix.zeros(30, 1), true, 128));
    refused("must be above 8", () -> new RelativeBias(Matrix.zeros(32, 1), true, 8));
  }
}
