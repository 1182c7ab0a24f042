package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex.Similarity;

/** Codes and their products held against the vectors and double precision. */
class HnswCodesTest {
  private static final int[] SIZES = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 65, 207, 384, 1025};

  /** Normal columns, and what rounding and the bound of 16 bits could get wrong. */
  private static float[] vector(SeededRandom random, int kind, int d) {
    float[] x = new float[d];
    for (int j = 0; j < d; j++) {
      x[j] =
          switch (kind) {
            case 0 -> (float) random.gaussian();
            case 1 -> random.coin() ? 1 : -1; // all of one magnitude: the bound decides
            case 2 -> j % 16 == 3 ? 1 : 0.01f; // columns of one sum have it all
            case 3 -> j == d / 2 ? 1e5f : 1e-3f; // one column has it all
            case 4 -> (float) (1e-10 * random.gaussian());
            default -> 1;
          };
    }
    return x;
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int j = 0; j < x.length; j++) {
      sum += (double) x[j] * y[j];
    }
    return sum;
  }

  @Test
  void codesAreRoundedVectorsWhoseProductsFit() {
    for (int d : SIZES) {
      for (int kind = 0; kind < 6; kind++) {
        float[] x = vector(new SeededRandom(d), kind, d);
        byte[] code = new byte[d + 5];
        Arrays.fill(code, (byte) 77);
        float[] shifted = new float[d + 2];
        System.arraycopy(x, 0, shifted, 2, d);
        double s = new HnswCodes(d).encode(shifted, 2, code, 3);
        assertEquals(77, code[2]);
        assertEquals(77, code[d + 3]);
        String what = "kind " + kind + ", d = " + d;
        double largest = 0;
        double most = 0;
        double squares = 0;
        for (int l = 0; l < 16; l++) {
          double sum = 0;
          for (int j = l; j < d; j += 16) {
            sum += code[3 + j] * code[3 + j];
            largest = Math.max(largest, Math.abs(code[3 + j]));
          }
          most = Math.max(most, sum);
          squares += sum;
        }
        assertTrue(most < 1 << 15, what + ": " + most);
        assertTrue(largest >= 126 || most > 0.9 * (1 << 15), what + ": as fine as may be");
        assertEquals(Math.sqrt(dot(x, x)), s * Math.sqrt(squares), 1e-6 * Math.sqrt(dot(x, x)));
        for (int j = 0; j < d; j++) {
          // Half a step, and what s differs from 1/f by.
          assertEquals(x[j] / s, code[3 + j], 0.51 + 0.02 * Math.abs(code[3 + j]), what);
        }
      }
    }
    byte[] code = {1, 2, 3};
    assertEquals(0, new HnswCodes(3).encode(new float[] {0, -0f, 0}, 0, code, 0));
    assertArrayEquals(new byte[3], code);
  }

  @Test
  void productsAreThoseOfTheVectorsToThreeDigitsAndTheSameWithAllKernels() {
    for (int d : new int[] {3, 24, 384}) {
      HnswState state =
          new HnswState(PlainKernels.PLAIN, d, new HnswSettings(Similarity.COSINE, 16, 10, 1));
      int n = 100;
      state.room(n);
      SeededRandom random = new SeededRandom(d);
      float[][] x = new float[n][d];
      int[] nodes = new int[n];
      for (int i = 0; i < n; i++) {
        state.vectors.prepare("document", i, vector(random, 0, d), 0, x[i], 0);
        state.codes.put(i, x[i], 0);
        nodes[i] = (i + 1) % n;
      }
      double squares = 0;
      for (int q = 0; q < n; q++) {
        float[] plain = scores(PlainKernels.PLAIN, state, q, nodes, null);
        for (Kernels kernels : List.of(KernelsChoice.best(), BlockedKernels.BLOCKED)) {
          assertArrayEquals(plain, scores(kernels, state, q, nodes, null));
        }
        assertArrayEquals(plain, scores(KernelsChoice.best(), state, q, nodes, x[q]));
        for (int i = 0; i < n; i++) {
          squares += Math.pow(plain[i] - dot(x[q], x[nodes[i]]), 2) / n / n;
          assertTrue(plain[i] <= 1 + 1e-6, "a cosine of " + plain[i]);
        }
        assertEquals(1, plain[(q + n - 1) % n], 1e-6, "with itself");
      }
      double deviation = Math.sqrt(squares);
      assertTrue(deviation > 4e-4 && deviation < 2.5e-3, d + ": off by " + deviation);
      if (d == 384) {
        assertEquals(7e-4, deviation, 5e-5, "as documented");
      }
    }
  }

  /** By a node's code, or by one made anew from a query; of all but the first node. */
  private static float[] scores(
      Kernels kernels, HnswState state, int q, int[] nodes, float[] query) {
    HnswProducts products = new HnswProducts(kernels, state.codes, nodes.length);
    if (query == null) {
      products.of(q);
    } else {
      products.of(query);
    }
    float[] scores = new float[nodes.length];
    products.with(nodes, 0, nodes.length, scores);
    float[] tail = new float[nodes.length - 60];
    products.with(nodes, 60, tail.length, tail);
    assertArrayEquals(Arrays.copyOfRange(scores, 60, nodes.length), tail);
    return scores;
  }
}
