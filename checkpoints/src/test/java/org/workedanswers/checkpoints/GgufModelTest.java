package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.OnnxModelTest.assertMessage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;
import org.workedanswers.quantization.Fp16;
import org.workedanswers.quantization.GgufType;

class GgufModelTest {
  @TempDir Path folder;

  /** The weights of the same model as llama2.c writes them: seven ints, then floats. */
  private static final class Llama2c {
    final ByteBuffer file;
    final int dim;
    final int hidden;
    final int layers;
    final int vocabulary;

    Llama2c() throws IOException {
      file =
          ByteBuffer.wrap(Files.readAllBytes(SharedData.file("llm/stories260K.bin")))
              .order(ByteOrder.LITTLE_ENDIAN);
      dim = file.getInt(0);
      hidden = file.getInt(4);
      layers = file.getInt(8);
      vocabulary = Math.abs(file.getInt(20));
    }

    Matrix floats(int from, int rows, int cols) {
      Matrix m = Matrix.zeros(rows, cols);
      for (int i = 0; i < rows * cols; i++) {
        m.data()[i] = file.getFloat(28 + 4 * (from + i));
      }
      return m;
    }

    Matrix embedding() {
      return floats(0, vocabulary, dim);
    }

    Matrix attentionNorm(int layer) {
      return floats(vocabulary * dim + layer * dim, 1, dim);
    }
  }

  @Test
  void aRealModelHasTheWeightsOfItsOtherForm() throws IOException {
    Llama2c other = new Llama2c();
    Matrix embedding = other.embedding();
    GgufModel f16 = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
    assertEquals(3, f16.version());
    assertEquals("llama", f16.text("general.architecture"));
    assertEquals(other.layers, f16.number("llama.block_count"));
    assertEquals(other.dim, f16.real("llama.embedding_length"));
    assertEquals(other.hidden, f16.number("llama.feed_forward_length"));
    assertEquals(other.vocabulary, f16.list("tokenizer.ggml.tokens").size());
    Tensor tokens = f16.tensor("token_embd.weight");
    assertArrayEquals(new long[] {other.vocabulary, other.dim}, tokens.shape());
    float[] expected = embedding.data().clone();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Fp16.toFloat(Fp16.fromFloat(expected[i]));
    }
    assertArrayEquals(expected, tokens.floats());
    assertEquals(2L * other.vocabulary * other.dim, tokens.bytes());
    for (int layer = 0; layer < other.layers; layer++) {
      Tensor norm = f16.tensor("blk." + layer + ".attn_norm.weight");
      assertEquals(ElementType.FLOAT32, norm.type());
      assertArrayEquals(other.attentionNorm(layer).data(), norm.floats());
    }
    for (GgufType type : List.of(GgufType.Q8_0, GgufType.Q4_0)) {
      String name = type.name().toLowerCase(Locale.ROOT);
      GgufModel q = GgufModel.read(SharedData.file("gguf/stories260K-" + name + ".gguf"));
      Tensor blocks = q.tensor("token_embd.weight");
      assertEquals(type, blocks.type().blocks().orElseThrow());
      assertEquals(type.storageBytes(other.vocabulary, other.dim), blocks.bytes());
      Matrix back = type.quantize(embedding).dequantize();
      assertArrayEquals(back.data(), blocks.floats());
      // From and to the midst of blocks.
      for (int from = 0; from < 100; from += 7) {
        float[] part = Arrays.copyOfRange(back.data(), from, from + 3 * from + 1);
        assertArrayEquals(part, blocks.floats(from, part.length), "from " + from);
      }
      assertArrayEquals(
          Arrays.copyOfRange(back.data(), 5 * other.dim, 9 * other.dim),
          blocks.matrixRows(5, 9).data());
    }
  }

  @Test
  void everyKindOfEntry() {
    GgufModel model =
        GgufModel.read(
            GgufBytes.file(
                0,
                14,
                b ->
                    b.text("u8")
                        .i32(0)
                        .raw((byte) 200)
                        .text("i8")
                        .i32(1)
                        .raw((byte) 200)
                        .text("u16")
                        .i32(2)
                        .raw((byte) 0, (byte) 255)
                        .text("i16")
                        .i32(3)
                        .raw((byte) 0, (byte) 255)
                        .text("u32")
                        .i32(4)
                        .i32(-2)
                        .text("i32")
                        .i32(5)
                        .i32(-2)
                        .text("f32")
                        .i32(6)
                        .i32(Float.floatToIntBits(0.1f))
                        .text("bool")
                        .i32(7)
                        .raw((byte) 1)
                        .text("text")
                        .i32(8)
                        .text("ä text")
                        .text("list")
                        .i32(9)
                        .i32(8)
                        .i64(2)
                        .text("a")
                        .text("")
                        .text("u64")
                        .i32(10)
                        .i64(1L << 60)
                        .text("i64")
                        .i32(11)
                        .i64(-3)
                        .text("f64")
                        .i32(12)
                        .i64(Double.doubleToLongBits(0.1))
                        .text("lists")
                        .i32(9)
                        .i32(9)
                        .i64(2)
                        .i32(5)
                        .i64(1)
                        .i32(7)
                        .i32(5)
                        .i64(0)));
    assertEquals(200, model.number("u8"));
    assertEquals(-56, model.number("i8"));
    assertEquals(0xFF00, model.number("u16"));
    assertEquals(-256, model.number("i16"));
    assertEquals(0xFFFF_FFFEL, model.number("u32"));
    assertEquals(-2, model.number("i32"));
    assertEquals(0.1f, model.real("f32"));
    assertEquals(true, model.metadata().get("bool"));
    assertEquals("ä text", model.text("text"));
    assertEquals(List.of("a", ""), model.list("list"));
    assertEquals(1L << 60, model.real("u64"));
    assertEquals(-3, model.number("i64"));
    assertEquals(0.1, model.real("f64"));
    assertEquals(List.of(List.of(7L), List.of()), model.list("lists"));
    assertMessage("there is no 'x' among 14 entries: u8, i8", () -> model.number("x"));
    assertMessage("'text' is a String: it must be an integer", () -> model.number("text"));
    assertMessage("there is no tensor 'x' among 0", () -> model.tensor("x"));
  }

  /** Tensors at offsets that no int holds, in a file with holes. */
  @Test
  void filesAboveTwoGigabytes() throws IOException {
    Path file = folder.resolve("large.gguf");
    long second = 5L << 30;
    byte[] head =
        GgufBytes.file(
            3,
            0,
            b ->
                b.tensor("first", 0, 0, 8, 1 << 29)
                    .tensor("last", 0, second * 4, 3)
                    .tensor("half", 1, (1L << 34) + 32, 5)
                    .pad(32));
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      out.write(ByteBuffer.wrap(head), 0);
      // Elements 2³¹ and on of the first tensor, across the border of two pieces of the map.
      long border = (1L << 33) - head.length;
      ByteBuffer one = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f);
      out.write(one.putFloat(-2).flip(), head.length + border / 4 * 4 - 4);
      ByteBuffer three = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      out.write(three.putFloat(1).putFloat(2).putFloat(3).flip(), head.length + second * 4);
    } catch (IOException e) {
      Assumptions.abort("no file with holes here: " + e.getMessage());
    }
    GgufModel model = GgufModel.read(file);
    Tensor first = model.tensor("first");
    assertEquals(1L << 32, first.elements());
    long at = ((1L << 33) - head.length) / 4 - 1;
    assertTrue(at > Integer.MAX_VALUE - 64L);
    assertArrayEquals(new float[] {0, 1.5f, -2, 0}, first.floats(at - 1, 4));
    assertArrayEquals(new float[] {1, 2, 3}, model.tensor("last").floats());
    assertArrayEquals(new float[5], model.tensor("half").floats());
    assertMessage("pass the", first::floats);
  }

  @Test
  void whatIsNoFileIsSaid() {
    assertMessage("there is no such file", () -> GgufModel.read(folder.resolve("none.gguf")));
    assertMessage("a folder: name the .gguf file itself", () -> GgufModel.read(folder));
  }
}
