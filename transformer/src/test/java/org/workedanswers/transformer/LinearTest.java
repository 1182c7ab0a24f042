package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.lora.Adapter;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;

class LinearTest {
  private static final int[] SIZES = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 65, 207, 513, 1025};

  @Test
  void denseAgreesWithDoublePrecision() {
    for (int seed = 0; seed < 60; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int in = SIZES[random.below(SIZES.length)];
      int out = SIZES[random.below(12)];
      int n = new int[] {0, 1, 2, 5, 6, 13, 97}[random.below(7)];
      Matrix w = random.gaussian(out, in, 1 / Math.sqrt(in));
      float[] bias = random.coin() ? random.gaussian(1, out, 1).data() : null;
      Matrix x = random.gaussian(n, in + 3, 1).columns(2, 2 + in);
      double[][] expected = DoubleModel.linear(DoubleModel.doubles(x), w, bias);
      for (Linear linear :
          new Linear[] {Linear.dense(w, bias), Linear.denseInOut(w.transposed(), bias)}) {
        assertEquals(in, linear.in());
        assertEquals(out, linear.out());
        assertEquals((long) in * out + (bias == null ? 0 : out), linear.parameters());
        for (Compute compute : Computes.all()) {
          Matrix room = random.gaussian(n, out + 2, 1);
          Matrix before = room.copy();
          linear.apply(compute, x, room.columns(1, 1 + out));
          LayerTest.assertClose(expected, room.columns(1, 1 + out), seed + " " + compute);
          for (int i = 0; i < n; i++) {
            assertEquals(before.get(i, 0), room.get(i, 0));
            assertEquals(before.get(i, out + 1), room.get(i, out + 1));
          }
        }
      }
    }
  }

  @Test
  void aRowHasItsBitsAloneAndAmongOthersOnAnyNumberOfThreads() {
    SeededRandom random = new SeededRandom(3);
    for (Compute one : Computes.all()) {
      try (Threads two = Threads.of(2);
          Threads five = Threads.of(5)) {
        for (int out : new int[] {1, 17, 40, 130}) {
          Linear linear = Linear.dense(random.gaussian(out, 600, 1), new float[out]);
          Matrix x = random.gaussian(61, 600, 1);
          float[][] all = linear.apply(one, x).toArray();
          for (Loop loop : new Loop[] {Loop.sequential(), two, five}) {
            Compute c = new Compute(one.kernels(), loop, one.attention(), one.unscaled());
            assertArrayEquals(all, linear.apply(c, x).toArray());
            assertArrayEquals(all[60], linear.apply(c, x.rows(60, 61)).row(0));
            assertArrayEquals(all[13], linear.apply(c, x.rows(7, 20)).row(6));
          }
        }
      }
    }
  }

  @Test
  void inFewBitsItIsTheWidenedWeight() {
    SeededRandom random = new SeededRandom(4);
    for (GgufType type : GgufType.values()) {
      Matrix w = random.gaussian(45, 96, 0.1);
      GgufMatrix q = type.quantize(w);
      float[] bias = random.gaussian(1, 45, 1).data();
      Matrix x = random.gaussian(4, 96, 1);
      double[][] expected = DoubleModel.linear(DoubleModel.doubles(x), q.dequantize(), bias);
      for (Compute compute : Computes.all()) {
        Matrix y = Linear.quantized(q, bias).apply(compute, x);
        LayerTest.assertClose(expected, y, type + " " + compute);
        Matrix near = Linear.quantizedQ8(q, bias).apply(compute, x);
        for (int i = 0; i < 4; i++) {
          for (int j = 0; j < 45; j++) {
            // Half a step of Q8_0 an activation, |x| up to 4, 96 of them at random.
            assertEquals(expected[i][j], near.get(i, j), 0.05, type + " " + compute);
          }
        }
      }
      assertEquals(q.storageBytes() + 4 * 45, Linear.quantized(q, bias).bytes());
      assertEquals(45 * 96 + 45, Linear.quantized(q, bias).parameters());
      assertEquals(45 * 96, Linear.quantizedQ8(q, null).parameters());
      refused("the bias has 44 values", () -> Linear.quantized(q, new float[44]));
      Compute compute = Computes.all().get(1);
      Matrix y = Matrix.zeros(4, 46);
      refused("y is 4 x 46", () -> Linear.quantized(q, null).apply(compute, x, y));
    }
  }

  @Test
  void sideBySideIsOneAfterTheOther() {
    SeededRandom random = new SeededRandom(5);
    Matrix x = random.gaussian(3, 20, 1);
    Linear a = Linear.dense(random.gaussian(7, 20, 1), new float[] {1, 2, 3, 4, 5, 6, 7});
    Linear b = Linear.dense(random.gaussian(33, 20, 1), null);
    for (Compute compute : Computes.all()) {
      for (Linear both : new Linear[] {Linear.sideBySide(a, b), Linear.joined(a, b)}) {
        Matrix y = both.apply(compute, x);
        assertEquals(40, y.cols());
        assertEquals(a.parameters() + b.parameters(), Linear.sideBySide(a, b).parameters());
        assertEquals(a.bytes() + b.bytes(), Linear.sideBySide(a, b).bytes());
        refused("y is 3 x 41", () -> both.apply(compute, x, Matrix.zeros(3, 41)));
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(a.apply(compute, x).row(i), y.columns(0, 7).row(i), 1e-5f);
          assertArrayEquals(b.apply(compute, x).row(i), y.columns(7, 40).row(i), 1e-5f);
        }
      }
    }
  }

  @Test
  void anAdapterAddsItsProduct() {
    SeededRandom random = new SeededRandom(6);
    Matrix w = random.gaussian(11, 23, 1);
    Matrix a = random.gaussian(3, 23, 1);
    Matrix b = random.gaussian(11, 3, 1);
    Adapter adapter = new Adapter(a, b, 7.5); // α / r = 2.5
    Matrix merged = w.copy();
    for (int i = 0; i < 11; i++) {
      for (int j = 0; j < 23; j++) {
        double delta = 0;
        for (int r = 0; r < 3; r++) {
          delta += (double) b.get(i, r) * a.get(r, j);
        }
        merged.set(i, j, (float) (w.get(i, j) + 2.5 * delta));
      }
    }
    Matrix x = random.gaussian(5, 23, 1);
    double[][] expected = DoubleModel.linear(DoubleModel.doubles(x), merged, null);
    for (Compute compute : Computes.all()) {
      Matrix y = Linear.dense(w, null).with(adapter).apply(compute, x);
      LayerTest.assertClose(expected, y, compute.toString());
    }
    Linear dense = Linear.dense(w, null);
    assertEquals(11 * 23 + 3 * (11 + 23), dense.with(adapter).parameters());
    assertEquals(dense.bytes() + 4 * 3 * (11 + 23), dense.with(adapter).bytes());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Matrix w = Matrix.zeros(4, 3);
    refused("the bias has 3 values and W has 4 rows", () -> Linear.dense(w, new float[3]));
    refused("W is 0 x 3", () -> Linear.dense(Matrix.zeros(0, 3), null));
    Compute c = Computes.all().get(0);
    refused(
        "x is 2 x 4, W is 4 x 3 and y is 2 x 4",
        () -> Linear.dense(w, null).apply(c, Matrix.zeros(2, 4)));
    refused("there is no layer", () -> Linear.sideBySide());
    Linear alone = Linear.dense(w, null);
    assertSame(alone, Linear.sideBySide(alone));
    refused(
        "layers of 3 and 4 inputs",
        () -> Linear.sideBySide(Linear.dense(w, null), Linear.denseInOut(w, null)));
    refused(
        "A is 1 x 4",
        () -> Linear.dense(w, null).with(new Adapter(Matrix.zeros(1, 4), Matrix.zeros(4, 1), 1)));
    refused(
        "B is 3 x 1",
        () -> Linear.dense(w, null).with(new Adapter(Matrix.zeros(1, 3), Matrix.zeros(3, 1), 1)));
  }

  static void refused(String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
