package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

/** Codes and sizes as ggml.h and onnx.proto have them, and values of any place in a file. */
class ElementTypeTest {
  /** {@code enum ggml_type}: name, code, elements of a block, its bytes. */
  private static final Object[][] GGML = {
    {"FLOAT32", 0, 1, 4},
    {"FLOAT16", 1, 1, 2},
    {"Q4_0", 2, 32, 18},
    {"Q4_1", 3, 32, 20},
    {"Q5_0", 6, 32, 22},
    {"Q5_1", 7, 32, 24},
    {"Q8_0", 8, 32, 34},
    {"Q2_K", 10, 256, 84},
    {"Q3_K", 11, 256, 110},
    {"Q4_K", 12, 256, 144},
    {"Q5_K", 13, 256, 176},
    {"Q6_K", 14, 256, 210},
    {"IQ4_NL", 20, 32, 18},
    {"INT8", 24, 1, 1},
    {"INT16", 25, 1, 2},
    {"INT32", 26, 1, 4},
    {"INT64", 27, 1, 8},
    {"FLOAT64", 28, 1, 8},
    {"BFLOAT16", 30, 1, 2},
  };

  /** {@code TensorProto.DataType}. */
  private static final Map<Integer, String> ONNX =
      Map.ofEntries(
          Map.entry(1, "FLOAT32"),
          Map.entry(2, "UINT8"),
          Map.entry(3, "INT8"),
          Map.entry(4, "UINT16"),
          Map.entry(5, "INT16"),
          Map.entry(6, "INT32"),
          Map.entry(7, "INT64"),
          Map.entry(8, "STRING"),
          Map.entry(9, "BOOL"),
          Map.entry(10, "FLOAT16"),
          Map.entry(11, "FLOAT64"),
          Map.entry(12, "UINT32"),
          Map.entry(13, "UINT64"),
          Map.entry(16, "BFLOAT16"),
          Map.entry(17, "FLOAT8_E4M3"),
          Map.entry(19, "FLOAT8_E5M2"));

  @Test
  void codesAndSizesAreThoseOfTheFormats() {
    ElementType[] byCode = new ElementType[64];
    java.util.Arrays.fill(byCode, ElementType.OTHER);
    for (Object[] row : GGML) {
      ElementType type = ElementType.valueOf((String) row[0]);
      byCode[(int) row[1]] = type;
      assertEquals(row[1], type.ggufCode(), type.name());
      assertEquals(row[2], type.blockSize(), type.name());
      assertEquals(row[3], type.blockBytes(), type.name());
    }
    for (int code = 0; code < byCode.length; code++) {
      assertEquals(byCode[code], ElementType.ofGguf(code), "GGUF's " + code);
      assertEquals(ONNX.getOrDefault(code, "OTHER"), ElementType.ofOnnx(code).name());
    }
    assertEquals(ElementType.OTHER, ElementType.ofGguf(1L << 32));
    assertEquals(ElementType.OTHER, ElementType.ofOnnx(-1));
  }

  /** A field of varints has the same bits as the bytes of a file. */
  @Test
  void floatsOfAFieldAreThoseOfItsBits() {
    ByteBuffer bits = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    for (ElementType type :
        new ElementType[] {
          ElementType.FLOAT8_E4M3,
          ElementType.FLOAT8_E5M2,
          ElementType.FLOAT16,
          ElementType.BFLOAT16,
          ElementType.FLOAT32,
        }) {
      for (int i = 0; i < 1 << 16; i += type.bytes() == 1 ? 1 : 37) {
        int value = type.bytes() == 4 ? i << 16 | i : type.bytes() == 1 ? i & 255 : i;
        bits.putInt(0, value);
        assertEquals(type.floatAt(bits, 0), type.floatOf(value), type + " " + i);
      }
    }
  }

  /** Any part of the values, of a buffer and of a file that is looked at in pieces. */
  @Test
  void anyPartOfTheValuesIsRead() {
    int n = 40_000; // more than two pieces
    SeededRandom random = new SeededRandom(6);
    byte[] bytes = new byte[8 * n + 3];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.below(256);
    }
    ByteBuffer data = ByteBuffer.wrap(bytes, 3, 8 * n).slice().order(ByteOrder.LITTLE_ENDIAN);
    for (ElementType type : ElementType.values()) {
      if (type.bytes() == 0) {
        continue;
      }
      TensorValues[] both = {
        new TensorValues.LittleEndian(type, data),
        new TensorValues.Mapped(type, FileBytes.of(bytes), 3)
      };
      for (int[] part : new int[][] {{0, n}, {5, 3}, {16_383, 2}, {100, 20_000}, {n, 0}}) {
        for (TensorValues values : both) {
          if (type.readableAsFloats()) {
            float[] floats = values.floats(part[0], part[1]);
            assertEquals(part[1], floats.length);
            for (int i = 0; i < floats.length; i++) {
              float expected = type.floatAt(data, (part[0] + i) * type.bytes());
              assertEquals(expected, floats[i], 0, type + " " + i);
            }
          }
          if (type.readableAsLongs()) {
            long[] longs = values.longs(part[0], part[1]);
            for (int i = 0; i < longs.length; i++) {
              assertEquals(
                  type.longAt(data, (part[0] + i) * type.bytes()), longs[i], type + " " + i);
            }
          }
          byte[] expected = java.util.Arrays.copyOfRange(bytes, 3 + part[0], 3 + part[0] + part[1]);
          assertArrayEquals(expected, values.bytes(part[0], part[1]));
        }
      }
    }
  }

  @Test
  void whatAFloatOrALongHoldsIsReadableAsOne() {
    ByteBuffer ones = ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    for (ElementType type : ElementType.values()) {
      String name = type.name();
      boolean whole = name.matches("U?INT.*|BOOL");
      assertEquals(whole && type != ElementType.UINT64, type.readableAsLongs(), name);
      boolean exact =
          type.blocks().isPresent() || name.matches("U?INT(8|16)|BOOL|B?FLOAT(32|16|8_.*)");
      assertEquals(exact, type.readableAsFloats(), name);
      if (type.readableAsLongs()) { // all bits set: -1, or the largest without a sign
        boolean unsigned = name.startsWith("U") || type == ElementType.BOOL;
        long largest = unsigned ? (1L << 8 * type.bytes()) - 1 : -1;
        assertEquals(largest, type.longAt(ones, 0), name);
      }
    }
    assertFalse(ElementType.OTHER.readableAsFloats());
  }
}
