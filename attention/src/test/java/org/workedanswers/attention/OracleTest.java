package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;

/** Against values that PyTorch and Hugging Face's transformers computed. */
class OracleTest {
  static List<Attention> forms() {
    return Forms.all();
  }

  private static JsonNode read(String name) throws IOException {
    return new ObjectMapper().readTree(SharedData.file(name).toFile());
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }

  /** Batch b of a [batches x rows x cols] array. */
  private static Matrix batch(float[] data, int b, int rows, int cols) {
    return Matrix.view(data, b * rows * cols, rows, cols, cols);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void maskedAttention(Attention form) throws IOException {
    JsonNode oracle = read("attention/pytorch_masked_attention.json");
    float[] q = floats(oracle.get("q"));
    float[] k = floats(oracle.get("k"));
    float[] v = floats(oracle.get("v"));
    float[] expected = floats(oracle.get("expected"));
    assertEquals(4 * 12 * 64, expected.length);
    for (int b = 0; b < 4; b++) {
      boolean[][] allowed = new boolean[12][16];
      for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 16; j++) {
          allowed[i][j] = oracle.get("mask").get((b * 12 + i) * 16 + j).asInt() == 1;
        }
      }
      Matrix output =
          form.attend(
              batch(q, b, 12, 64), batch(k, b, 16, 64), batch(v, b, 16, 64), Mask.of(allowed));
      for (int i = 0; i < 12; i++) {
        assertArrayEquals(
            batch(expected, b, 12, 64).row(i), output.row(i), 2e-6f, "batch " + b + ", row " + i);
      }
    }
  }

  @Test
  void interleavedRope() throws IOException {
    JsonNode oracle = read("rope/pytorch_rope.json");
    float[] x = floats(oracle.get("x"));
    float[] expected = floats(oracle.get("expected"));
    Rope rope = Rope.of(64, Rope.Pairing.INTERLEAVED);
    for (int b = 0; b < 4; b++) {
      Matrix turned = batch(x, b, 12, 64);
      rope.rotate(turned, 0);
      for (int i = 0; i < 12; i++) {
        assertArrayEquals(batch(expected, b, 12, 64).row(i), turned.row(i), 3e-6f);
      }
    }
  }

  @Test
  void frequencies() throws IOException {
    JsonNode expected = read("rope/transformers_rope_scaling.json").get("default_inv_freq");
    double[] theta = Rope.frequencies(128, Rope.BASE);
    assertEquals(64, theta.length);
    for (int p = 0; p < 64; p++) {
      double printed = Double.parseDouble(expected.get(p).asText());
      assertEquals(1, theta[p] / printed, 5.1e-5, "five digits of frequency " + p);
    }
  }
}
