package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.OnnxModelTest.assertMessage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.SeededRandom;

class SafetensorsTest {
  @TempDir Path folder;

  private static byte[] file(String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(text.length).put(text);
    for (int i = 0; i < data; i++) {
      b.put((byte) (i * 7));
    }
    return b.array();
  }

  private static final String RICH =
      "{\"__metadata__\":{\"format\":\"pt\",\"a \\\"b\\\"\":\"\\u00e9\\n\"},"
          + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
          + " \"h\" : { \"shape\" : [ 2 ] , \"data_offsets\" : [ 24 , 28 ], \"dtype\":\"F16\"},"
          + "\"e\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[28,28]},"
          + "\"s\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[28,30]},"
          + "\"q\":{\"dtype\":\"F8_E8M0\",\"shape\":[2],\"data_offsets\":[30,32]},"
          + "\"i\":{\"dtype\":\"I32\",\"shape\":[1,1,1],\"data_offsets\":[32,36]}}   ";

  @Test
  void tensorsAreReadWhereTheyStand() {
    byte[] bytes = file(RICH, 36);
    Safetensors s = Safetensors.read(bytes);
    assertEquals(List.of("w", "h", "e", "s", "q", "i"), List.copyOf(s.tensors().keySet()));
    assertEquals(Map.of("format", "pt", "a \"b\"", "é\n"), s.metadata());
    ByteBuffer data = ByteBuffer.wrap(bytes, bytes.length - 36, 36).slice();
    data.order(ByteOrder.LITTLE_ENDIAN);
    assertEquals("2 x 3", s.tensor("w").matrix().toString());
    for (int i = 0; i < 6; i++) {
      assertEquals(data.getFloat(4 * i), s.tensor("w").matrix().get(i / 3, i % 3));
    }
    assertEquals(ElementType.FLOAT16, s.tensor("h").type());
    assertEquals(Float.intBitsToFloat(data.getShort(28) << 16), s.tensor("s").floats()[0]);
    assertEquals(0, s.tensor("e").longs().length);
    assertArrayEquals(new long[] {data.getInt(32)}, s.tensor("i").longs());
    assertEquals(ElementType.OTHER, s.tensor("q").type());
    assertMessage("only types that a float holds", () -> s.tensor("q").floats());
    assertMessage("there is no tensor 'x' among 6", () -> s.tensor("x"));
  }

  /**
   * Against the values as the paper's table writes them, and the sums that each code stands for.
   */
  @Test
  void floatsOfEightBitsAreWhatTheirBitsSay() {
    byte[] all = file("{\"a\":{\"dtype\":\"U8\",\"shape\":[256],\"data_offsets\":[0,256]}}", 256);
    for (int i = 0; i < 256; i++) {
      all[all.length - 256 + i] = (byte) i;
    }
    float[] e4m3 = Safetensors.read(retyped(all, "F8_E4M3")).tensor("a").floats();
    float[] e5m2 = Safetensors.read(retyped(all, "F8_E5M2")).tensor("a").floats();
    assertEquals(448, e4m3[0x7E]);
    assertEquals(0x1p-9f, e4m3[1]);
    assertEquals(0x1p-6f, e4m3[8]);
    assertEquals(57344, e5m2[0x7B]);
    assertEquals(0x1p-16f, e5m2[1]);
    assertEquals(Float.NEGATIVE_INFINITY, e5m2[0xFC]);
    for (int i = 0; i < 256; i++) {
      double sign = i < 128 ? 1 : -1;
      int e = i >> 3 & 15;
      double of43 = (e == 0 ? 0 : 1) + (i & 7) / 8.0;
      if ((i & 127) == 127) {
        assertTrue(Float.isNaN(e4m3[i]));
      } else {
        assertEquals((float) (sign * of43 * Math.pow(2, Math.max(e, 1) - 7)), e4m3[i]);
      }
      int f = i >> 2 & 31;
      double of52 = (f == 0 ? 0 : 1) + (i & 3) / 4.0;
      if (f < 31) {
        assertEquals((float) (sign * of52 * Math.pow(2, Math.max(f, 1) - 15)), e5m2[i]);
      }
    }
  }

  /** The same data under another dtype, which is longer: the header's length goes with it. */
  private static byte[] retyped(byte[] file, String dtype) {
    String header =
        "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[256],\"data_offsets\":[0,256]}}";
    byte[] changed = file(header, 256);
    System.arraycopy(file, file.length - 256, changed, changed.length - 256, 256);
    return changed;
  }

  @Test
  void shardsAreOneModel() throws IOException {
    String one = "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    String two = one.replace("\"a\"", "\"b\"");
    Safetensors first = Safetensors.read(Files.write(folder.resolve("1"), file(one, 4)));
    Safetensors second = Safetensors.read(file(two, 4));
    Safetensors both = Safetensors.joined(Map.of("1", first, "2", second));
    assertArrayEquals(new float[] {0, 7, 14, 21}, both.tensor("b").floats());
    assertMessage(
        "3: tensor 'a' stands in another shard too",
        () -> Safetensors.joined(new TreeMap<>(Map.of("1", first, "3", first))));
    assertMessage("there is no file", () -> Safetensors.joined(Map.of()));
    assertMessage("is a folder: name the .safetensors file", () -> Safetensors.read(folder));
  }

  private static void refused(String part, String header, int data) {
    assertMessage(part, () -> Safetensors.read(file(header, data)));
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":\""
        + dtype
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  @Test
  void whatDoesNotAddUpIsRefused() {
    assertMessage("needs 8 bytes and there are 3", () -> Safetensors.read(new byte[3]));
    byte[] huge = file("{}", 0);
    huge[7] = (byte) 0x80;
    assertMessage("9223372036854775810 bytes", () -> Safetensors.read(huge));
    refused("stands on 4 bytes", tensor("F32", "[2]", "[0,4]"), 4);
    refused("goes from byte 0 to 8 of the data, which has 4", tensor("F32", "[2]", "[0,8]"), 4);
    refused("1 elements of 4 bytes and stands on 8", tensor("F32", "[1]", "[0,8]"), 8);
    refused("goes from byte 8 to 4", tensor("F32", "[1]", "[8,4]"), 8);
    refused("end at byte 4 of the data, which has 5", tensor("F32", "[1]", "[0,4]"), 5);
    refused("begins at byte 1", tensor("F32", "[1]", "[1,5]"), 5);
    refused("unknown dtype 'F33'", tensor("F33", "[1]", "[0,4]"), 4);
    refused("more elements than 2^60", tensor("U8", "[4294967296,4294967296]", "[0,0]"), 0);
    refused("a number below 2^58", tensor("U8", "[99999999999999999999]", "[0,0]"), 0);
    refused("not negative", tensor("U8", "[-1]", "[0,0]"), 0);
    refused("not negative", tensor("U8", "[01]", "[0,1]"), 1);
    refused("'.': ']' was expected", tensor("U8", "[1.5]", "[0,1]"), 1);
    refused("two data_offsets", tensor("U8", "[1]", "[0]"), 1);
    refused("at most 2 numbers", tensor("U8", "[1]", "[0,1,2]"), 1);
    refused("has a 'x'", "{\"a\":{\"x\":1}}", 0);
    refused("needs a dtype", "{\"a\":{}}", 0);
    refused("stands there twice", "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0);
    for (String again : List.of("\"shape\":[1]", "\"data_offsets\":[0,1]")) {
      String rest = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],";
      refused("of tensor 'a' stands there twice", rest + again + "}}", 1);
    }
    refused("'k' stands there twice", "{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", 0);
    refused("at most 8 numbers", tensor("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1);
    refused("a character of a text", "{\"a\u0001\":", 0);
    String two = "\"%s\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":%s}";
    refused(
        "'b' begins at byte 2 of the data and the one before it ends at 4",
        "{" + String.format(two, "a", "[0,4]") + "," + String.format(two, "b", "[2,6]") + "}",
        6);
    byte[] foreign = file("{\"x\":{}}", 0);
    foreign[10] = (byte) 0xFF;
    assertMessage("byte 10: a text is no UTF-8", () -> Safetensors.read(foreign));
    refused("the end of the header", "{} x", 0);
    refused("its end: ':' was expected", "{\"a\"", 0);
    refused("an escape of JSON", "{\"\\x\":", 0);
    refused("four hexadecimal digits", "{\"\\u00g0\":", 0);
    refused("'{' was expected", "[[[[[[", 0);
    refused("'{' was expected", " {}", 0);
    refused("half of a surrogate pair", "{\"\\ud800\":", 0);
    refused("'__metadata__' stands there twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0);
    StringBuilder many = new StringBuilder("{\"__metadata__\":{\"\":\"\"");
    for (int i = 0; i < 70_000; i++) {
      many.append(",\"").append(i).append("\":\"\"");
    }
    refused("more than 65536 entries", many + "}}", 0);
    StringBuilder empty = new StringBuilder("{");
    for (int i = 0; i < 270_000; i++) {
      empty.append(i == 0 ? "\"" : ",\"").append(i);
      empty.append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
    }
    refused("more than 262144 tensors", empty + "}", 0);
    String twice = "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    refused("tensor 'a' stands there twice", "{" + twice + "," + twice + "}", 1);
  }

  /** A header of more than 100 MB is refused before it is read. */
  @Test
  void aHeaderBeyondTheFormatsLimitIsRefused() throws IOException {
    Path large = folder.resolve("large.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.write(new byte[] {0x01, (byte) 0xE1, (byte) 0xF5, 0x05, 0, 0, 0, 0}); // 10^8 + 1
      sparse.setLength(8 + 100_000_001);
    }
    assertMessage(
        "is to have 100000001 bytes: it must have 2 to 100000000", () -> Safetensors.read(large));
  }

  @Test
  void whatJsonAllowsIsRead() {
    Safetensors s =
        Safetensors.read(
            file(
                "{\n\t\"\uFFFD\\b\\f\\r\\n\\t\\/\\\\\" :\r\n{\"dtype\":\"U8\",\t\"shape\":[1,1,1,1,1,1,1,4],"
                    + "\n\"data_offsets\":[0,4]},\"e\":{\"dtype\":\"U8\",\"shape\":[0],"
                    + "\"data_offsets\":[0,0]}}",
                4));
    assertEquals(4, s.tensor("\uFFFD\b\f\r\n\t/\\").elements());
    assertEquals(0, s.tensor("e").elements(), "nothing, at the place of another");
  }

  /** The format's names, with the bytes of each. */
  @Test
  void typesAreThoseOfTheFormat() {
    Object[][] types = {
      {"F64", ElementType.FLOAT64, 8},
      {"F32", ElementType.FLOAT32, 4},
      {"F16", ElementType.FLOAT16, 2},
      {"BF16", ElementType.BFLOAT16, 2},
      {"F8_E4M3", ElementType.FLOAT8_E4M3, 1},
      {"F8_E5M2", ElementType.FLOAT8_E5M2, 1},
      {"I64", ElementType.INT64, 8},
      {"I32", ElementType.INT32, 4},
      {"I16", ElementType.INT16, 2},
      {"I8", ElementType.INT8, 1},
      {"U64", ElementType.UINT64, 8},
      {"U32", ElementType.UINT32, 4},
      {"U16", ElementType.UINT16, 2},
      {"U8", ElementType.UINT8, 1},
      {"BOOL", ElementType.BOOL, 1},
    };
    for (Object[] row : types) {
      int bytes = 3 * (int) row[2];
      String header = tensor((String) row[0], "[3]", "[0," + bytes + "]");
      assertEquals(row[1], Safetensors.read(file(header, bytes)).tensor("a").type());
    }
  }

  @Test
  void cutOffAtEveryByte() {
    byte[] good = file(RICH, 36);
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThrows(CheckpointException.class, () -> Safetensors.read(cut), "cut at " + length);
    }
  }

  @Test
  void flippedBitsEndInAnErrorOrInTensors() {
    byte[] good = file(RICH, 36);
    int taken = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      SeededRandom random = new SeededRandom(seed);
      byte[] bytes = good.clone();
      for (int changes = 1 + random.below(3); changes > 0; changes--) {
        int at = random.below(bytes.length - 30);
        bytes[at] =
            random.coin()
                ? (byte) "0123456789{}[]\",: \\".charAt(random.below(19))
                : (byte) (bytes[at] ^ 1 << random.below(8));
      }
      try {
        for (Tensor t : Safetensors.read(bytes).tensors().values()) {
          assertTrue(t.elements() <= bytes.length, t::toString);
          if (t.type().readableAsFloats()) {
            t.floats();
          }
        }
        taken++;
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().length() > 10);
      }
    }
    assertTrue(taken > 500 && taken < 19_500, taken + " still read");
  }
}
