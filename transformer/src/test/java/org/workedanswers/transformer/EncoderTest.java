package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.transformer.LinearTest.refused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;

class EncoderTest {
  @Test
  void layersOneAboveTheOtherAgreeWithDoublePrecision() {
    for (int seed = 0; seed < 20; seed++) {
      SeededRandom random = new SeededRandom(seed);
      DoubleModel first = new DoubleModel(random, false, false);
      DoubleModel second = new DoubleModel(random, false, false);
      while (second.d != first.d) {
        second = new DoubleModel(random, false, false);
      }
      Matrix words = random.gaussian(9, first.d, 1);
      Matrix positions = random.gaussian(8, first.d, 1);
      Matrix types = random.gaussian(2, first.d, 1);
      float[] gain = random.gaussian(1, first.d, 1).data();
      Norm norm = new RmsNorm(gain, 1e-5);
      Encoder encoder =
          new Encoder(
              new Embeddings(
                  TokenTable.of(words),
                  Optional.of(positions),
                  Optional.of(types),
                  Optional.empty()),
              new Stack(List.of(first.layer(), second.layer()), Optional.of(norm), Mask.full()));
      int[] tokens = {3, 8, 0, 3, 5};
      int[] type = {0, 0, 1, 0, 1};
      double[][] x = new double[5][first.d];
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < first.d; j++) {
          x[i][j] = words.get(tokens[i], j) + positions.get(i, j) + types.get(type[i], j);
        }
      }
      x = second.apply(first.apply(x, null, (i, j) -> 1), null, (i, j) -> 1);
      for (double[] row : x) {
        double square = Arrays.stream(row).map(v -> v * v).sum() / first.d;
        for (int j = 0; j < first.d; j++) {
          row[j] = row[j] / Math.sqrt(square + 1e-5) * gain[j];
        }
      }
      for (Compute compute : Computes.all()) {
        LayerTest.assertClose(x, encoder.encode(compute, tokens, type), "seed " + seed);
      }
    }
  }

  @Test
  void aSequenceHasItsBitsAloneAndInABatch() {
    for (int seed = 0; seed < 5; seed++) {
      SeededRandom random = new SeededRandom(seed);
      ModelShape shape = Shapes.small(ModelShape.Kind.ENCODER, random);
      TransformerConfig config =
          TransformerConfig.bert(shape).with(Positions.values()[random.below(4)]);
      Encoder encoder = Initial.encoder(config, random);
      List<int[]> sequences = new ArrayList<>();
      for (int s = 0; s < 30; s++) {
        sequences.add(Shapes.tokens(random, random.below(41))); // 600 rows or so: two batches
      }
      for (Compute compute : Computes.all()) {
        List<Matrix> together = encoder.encode(compute, sequences);
        assertEquals(30, together.size());
        for (int s = 0; s < 30; s += 1 + random.below(9)) {
          assertArrayEquals(
              encoder.encode(compute, sequences.get(s)).toArray(), together.get(s).toArray());
        }
      }
    }
  }

  @Test
  void aTraceHoldsWhatLayBetween() {
    SeededRandom random = new SeededRandom(1);
    ModelShape shape = Shapes.small(ModelShape.Kind.ENCODER, random);
    Encoder encoder = Initial.encoder(TransformerConfig.bert(shape), random);
    Compute compute = Computes.all().get(0);
    Trace trace = encoder.explain(compute, 1, 2, 3, 4);
    assertEquals(shape.layers(), trace.layers().size());
    assertArrayEquals(trace.embedded().toArray(), trace.layers().get(0).input().toArray());
    assertArrayEquals(encoder.encode(compute, 1, 2, 3, 4).toArray(), trace.output().toArray());
    Matrix weights = trace.layers().get(0).attentionWeights().get(0).get(0);
    assertEquals("4 x 4", weights.toString());
    assertTrue(weights.get(0, 3) > 0, "an encoder sees what comes after");
  }

  @Test
  void parametersAreThoseOfTheShape() {
    for (int seed = 0; seed < 20; seed++) {
      SeededRandom random = new SeededRandom(seed);
      ModelShape e = Shapes.small(ModelShape.Kind.ENCODER, random);
      long pooler = e.part("pooler").parameters() + e.part("pooler.bias").parameters();
      assertEquals(
          e.total() - pooler, Initial.encoder(TransformerConfig.bert(e), random).parameters());
      ModelShape d = Shapes.small(ModelShape.Kind.DECODER, random);
      assertEquals(
          d.total(),
          Initial.decoder(TransformerConfig.llama(d), random).parameters(d.embedding().tied()));
    }
  }

  @Test
  void whatDoesNotExistIsRefused() {
    SeededRandom random = new SeededRandom(2);
    ModelShape shape = Shapes.small(ModelShape.Kind.ENCODER, random);
    Encoder encoder = Initial.encoder(TransformerConfig.bert(shape), random);
    Compute compute = Computes.all().get(0);
    refused("token 23 is not in a vocabulary of 23", () -> encoder.encode(compute, 23));
    refused("token -1", () -> encoder.encode(compute, 0, -1));
    refused("41 tokens from position 0", () -> encoder.encode(compute, new int[41]));
    refused("type is 2", () -> encoder.encode(compute, new int[] {1}, new int[] {2}));
    refused("1 tokens and 2 types", () -> encoder.encode(compute, new int[] {1}, new int[2]));
    assertEquals(0, encoder.encode(compute, new int[0]).rows());
    assertTrue(encoder.encode(compute, List.of()).isEmpty());
    Encoder none = Initial.encoder(TransformerConfig.bert(shape).with(Positions.NONE), random);
    assertFalse(none.embeddings().positions().isPresent());
    assertEquals(99, none.encode(compute, new int[99]).rows());
  }
}
