package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;

/** Blocks bit for bit as ggml's own C code writes and reads them. */
class GgufOracleTest {
  private static final int N = 512;

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void bytesValuesAndErrorsAreThoseOfGgml(GgufType type) throws IOException {
    int found = 0;
    for (JsonNode entry : oracle()) {
      if (!entry.get("type").asText().equals(type.name().toLowerCase(Locale.ROOT))) {
        continue;
      }
      found++;
      Matrix w = input(entry.get("input").asText());
      GgufMatrix q = type.quantize(w);
      String what = type + " of " + entry.get("input").asText();
      byte[] expected = HexFormat.of().parseHex(entry.get("hex").asText());
      assertEquals(entry.get("bytes").asInt(), q.storageBytes(), what);
      assertArrayEquals(expected, q.bytes(), what);
      float[] back = GgufMatrix.wrap(type, 1, N, expected).dequantize().data();
      for (int i = 0; i < N; i++) {
        // Nine digits name a float32. The oracle prints -0 as 0, which adding 0 does too.
        assertEquals((float) entry.get("deq").get(i).asDouble(), back[i] + 0f, what + " at " + i);
      }
      QuantizationError error = QuantizationError.ofWeights(w, q);
      assertEquals(entry.get("rmse").asDouble(), error.rmse(), 1e-7 * error.rmse(), what);
      assertEquals(entry.get("maxabs").asDouble(), error.max(), 1e-6 * error.max(), what);
    }
    assertEquals(2, found, "inputs for " + type);
  }

  @ParameterizedTest
  @EnumSource(GgufKType.class)
  void blocksThatAreOnlyReadAreThoseOfGgml(GgufKType type) throws IOException {
    int found = 0;
    for (JsonNode entry : oracle()) {
      if (!entry.get("type").asText().equalsIgnoreCase(type.name())) {
        continue;
      }
      found++;
      byte[] blocks = HexFormat.of().parseHex(entry.get("hex").asText());
      assertEquals(N / type.blockSize() * type.blockBytes(), blocks.length, type.name());
      // Not from the beginning, and into the midst of more.
      byte[] moved = new byte[blocks.length + 5];
      System.arraycopy(blocks, 0, moved, 3, blocks.length);
      float[] x = new float[N + 7];
      for (int b = 0; b < N / type.blockSize(); b++) {
        type.widen(moved, 3 + b * type.blockBytes(), x, 4 + b * type.blockSize());
      }
      for (int i = 0; i < N; i++) {
        String where = type + " of " + entry.get("input").asText() + " at " + i;
        assertEquals((float) entry.get("deq").get(i).asDouble(), x[4 + i] + 0f, where);
      }
    }
    assertEquals(2, found, "inputs for " + type);
  }

  @Test
  void blocksThatAreNotWholeAreRefused() {
    List<GgufBlockFormat> formats = new ArrayList<>(List.of(GgufType.values()));
    formats.addAll(List.of(GgufKType.values()));
    for (GgufBlockFormat f : formats) {
      byte[] block = new byte[f.blockBytes()];
      float[] x = new float[f.blockSize()];
      f.widen(block, 0, x, 0);
      assertThrows(IndexOutOfBoundsException.class, () -> f.widen(block, 1, x, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> f.widen(block, 0, x, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> f.widen(block, -1, x, 0));
    }
  }

  private static JsonNode oracle() throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(SharedData.file("quantization/ggml_blocks.json")));
  }

  private static Matrix input(String description) throws IOException {
    float[] x = new float[N];
    if (description.startsWith("cos")) {
      for (int i = 0; i < N; i++) {
        // cosf is the correctly rounded cosine of (float) i for these i.
        x[i] = 0.1f + 2 * (float) Math.cos(i);
      }
    } else {
      System.arraycopy(firstWeightsOfWq(), 0, x, 0, N);
    }
    return Matrix.wrap(x, 1, N);
  }

  /** llama2.c: seven ints, then the token embedding, the norms of attention, then wq. */
  private static float[] firstWeightsOfWq() throws IOException {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(SharedData.file("llm/stories260K.bin")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int dim = file.getInt(0);
    int layers = file.getInt(8);
    int vocabulary = Math.abs(file.getInt(20));
    int at = 28 + 4 * (vocabulary * dim + layers * dim);
    float[] x = new float[N];
    for (int i = 0; i < N; i++) {
      x[i] = file.getFloat(at + 4 * i);
    }
    return x;
  }
}
