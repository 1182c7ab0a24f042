package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.transformer.LinearTest.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.Rope;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class LayerTest {
  @Test
  void agreesWithItsFormulasInDoublePrecision() {
    for (int seed = 0; seed < 120; seed++) {
      SeededRandom random = new SeededRandom(seed);
      boolean causal = random.coin();
      DoubleModel model = new DoubleModel(random, causal, random.coin());
      Matrix x = random.gaussian(1 + random.below(9), model.d, 1);
      Matrix z = random.gaussian(1 + random.below(7), model.sourceWidth, 1);
      double[][] expected =
          model.apply(
              DoubleModel.doubles(x), DoubleModel.doubles(z), (i, j) -> !causal || j <= i ? 1 : 0);
      Layer layer = model.layer();
      for (Compute compute : Computes.all()) {
        Matrix source =
            layer.cross().map(c -> c.attention().keysAndValues(compute, z)).orElse(null);
        for (List<LayerTrace> traces : lists()) {
          Matrix y = x.copy();
          Span[] one = Span.of(x.rows());
          layer.apply(
              compute,
              new Workspace(),
              y,
              one,
              0,
              causal ? Mask.causal() : Mask.full(),
              source,
              traces);
          assertClose(expected, y, "seed " + seed + ", " + compute);
          if (traces != null) {
            assertWeights(model.selfWeights, traces.get(0).attentionWeights());
            if (model.cross) {
              assertWeights(model.crossWeights, traces.get(0).crossWeights());
            }
          }
        }
      }
    }
  }

  private static void assertWeights(double[][][] expected, List<List<Matrix>> spans) {
    assertEquals(1, spans.size());
    assertEquals(expected.length, spans.get(0).size());
    for (int t = 0; t < expected.length; t++) {
      assertClose(expected[t], spans.get(0).get(t), "weights of head " + t);
    }
  }

  private static List<List<LayerTrace>> lists() {
    List<List<LayerTrace>> lists = new ArrayList<>();
    lists.add(null);
    lists.add(new ArrayList<>());
    return lists;
  }

  static void assertClose(double[][] expected, Matrix y, String what) {
    double size = 1;
    for (double[] row : expected) {
      for (double v : row) {
        size = Math.max(size, Math.abs(v));
      }
    }
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.cols(); j++) {
        assertEquals(expected[i][j], y.get(i, j), 2e-5 * size, what + " at " + i + ", " + j);
      }
    }
  }

  @Test
  void aTraceAddsUp() {
    for (int seed = 0; seed < 20; seed++) {
      SeededRandom random = new SeededRandom(seed);
      DoubleModel model = new DoubleModel(random, true, false);
      Matrix x = random.gaussian(5, model.d, 1);
      List<LayerTrace> traces = new ArrayList<>();
      Compute compute = Computes.all().get(0);
      Matrix y = x.copy();
      model
          .layer()
          .apply(compute, new Workspace(), y, Span.of(2, 3), 0, Mask.causal(), null, traces);
      LayerTrace trace = traces.get(0);
      assertEquals(2, trace.attentionWeights().size());
      for (int s = 0; s < 2; s++) {
        assertEquals(model.h, trace.attentionWeights().get(s).size());
        for (Matrix w : trace.attentionWeights().get(s)) {
          assertEquals(2 + s, w.rows());
          for (int i = 0; i < w.rows(); i++) {
            double sum = 0;
            for (int j = 0; j < w.cols(); j++) {
              sum += w.get(i, j);
              assertTrue(j <= i || w.get(i, j) == 0, "the future is seen");
            }
            assertEquals(1, sum, 1e-6);
          }
        }
      }
      if (model.place == NormPlace.PRE) {
        for (int j = 0; j < model.d; j++) {
          assertEquals(
              x.get(4, j) + trace.attentionOutput().get(4, j),
              trace.afterAttention().get(4, j),
              1e-6);
          assertEquals(
              trace.afterAttention().get(4, j) + trace.feedForwardOutput().get(4, j),
              trace.output().get(4, j),
              1e-6);
        }
      }
      assertEquals(x.get(1, 1), trace.input().get(1, 1));
      assertEquals(y.get(1, 1), trace.output().get(1, 1));
    }
    assertEquals(5, LayerTrace.meanLength(Matrix.of(new float[][] {{3, 4}, {0, -5}})), 1e-9);
  }

  @Test
  void partsOfDifferentWidthsAreRefused() {
    SeededRandom random = new SeededRandom(1);
    DoubleModel model = new DoubleModel(random, true, false);
    Layer layer = model.layer();
    Norm other = new RmsNorm(new float[model.d + 1], 1e-5);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new Layer(
                        model.place,
                        layer.attention(),
                        other,
                        Optional.empty(),
                        layer.feedForward(),
                        layer.feedForwardNorm()))
            .getMessage();
    assertTrue(message.contains("its norm for " + (model.d + 1)), message);
  }

  @Test
  void attentionWhosePartsDoNotFitIsRefused() {
    MultiHead heads = new MultiHead(4, 2);
    Linear qkv = zeros(8 * 6, 10);
    Linear output = zeros(10, 4 * 6);
    Optional<RotaryPositions> rope = rope(6);
    Optional<RelativeBias> bias =
        Optional.of(new RelativeBias(Matrix.zeros(8, 4), false, RelativeBias.MAX_DISTANCE));
    refused("49 x 10", () -> attention(heads, zeros(49, 10), output, rope, Optional.empty()));
    refused("10 x 23", () -> attention(heads, qkv, zeros(10, 23), rope, Optional.empty()));
    refused("9 x 24", () -> attention(heads, qkv, zeros(9, 24), rope, Optional.empty()));
    refused(
        "turn 4 columns and a head has 6",
        () -> attention(heads, qkv, output, rope(4), Optional.empty()));
    Optional<RelativeBias> five =
        Optional.of(new RelativeBias(Matrix.zeros(8, 5), false, RelativeBias.MAX_DISTANCE));
    refused("5 heads and there are 4", () -> attention(heads, qkv, output, Optional.empty(), five));
    SelfAttention both = attention(heads, qkv, output, Optional.empty(), bias).with(rope.get());
    refused("told by turning", () -> both.cache(Retention.window(3))); // the bias is still there
    Linear q = zeros(4 * 6, 10);
    Linear kv = zeros(2 * 2 * 6, 7);
    assertEquals(7, new CrossAttention(heads, q, kv, output, true).sourceWidth());
    refused("23 x 10", () -> new CrossAttention(heads, zeros(23, 10), kv, output, true));
    refused("25 x 7", () -> new CrossAttention(heads, q, zeros(25, 7), output, true));
    refused("10 x 12", () -> new CrossAttention(heads, q, kv, zeros(10, 12), true));
    refused("11 x 24", () -> new CrossAttention(heads, q, kv, zeros(11, 24), true));
  }

  private static Linear zeros(int out, int in) {
    return Linear.dense(Matrix.zeros(out, in), null);
  }

  private static Optional<RotaryPositions> rope(int width) {
    return Optional.of(new RotaryPositions(Rope.of(width, Rope.Pairing.INTERLEAVED)));
  }

  private static SelfAttention attention(
      MultiHead heads,
      Linear projections,
      Linear output,
      Optional<RotaryPositions> rope,
      Optional<RelativeBias> bias) {
    return new SelfAttention(heads, projections, output, rope, bias);
  }
}
