package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.ProtoWriter.floats;
import static org.workedanswers.checkpoints.ProtoWriter.message;
import static org.workedanswers.checkpoints.ProtoWriter.model;
import static org.workedanswers.checkpoints.ProtoWriter.oneTensor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class OnnxModelTest {
  private static final byte[] SMALL =
      model(
          g ->
              g.message(
                      1,
                      n ->
                          n.text(1, "x")
                              .text(1, "onnx::MatMul_7")
                              .text(2, "y")
                              .text(3, "/query/MatMul")
                              .text(4, "MatMul"))
                  .message(
                      1,
                      n -> n.text(1, "b").text(1, "y").text(2, "z").text(3, "/add").text(4, "Add"))
                  .text(2, "graph")
                  .message(
                      5,
                      t ->
                          t.tensorHead("onnx::MatMul_7", 1, 2, 3)
                              .bytes(9, floats(1, 2, 3, 4, 5, 6)))
                  .message(5, t -> t.tensorHead("b", 1, 3).bytes(4, floats(7, 8, 9))));

  private static Tensor only(Consumer<ProtoWriter> tensor) {
    OnnxModel model = OnnxModel.read(oneTensor(tensor));
    assertEquals(1, model.tensors().size());
    return model.tensors().values().iterator().next();
  }

  @Test
  void namesShapesAndValues() {
    OnnxModel model = OnnxModel.read(SMALL);
    assertEquals(List.of("onnx::MatMul_7", "b"), List.copyOf(model.tensors().keySet()));
    Tensor w = model.tensor("onnx::MatMul_7");
    assertEquals(ElementType.FLOAT32, w.type());
    assertArrayEquals(new long[] {2, 3}, w.shape());
    assertEquals(6, w.elements());
    assertArrayEquals(new float[][] {{1, 2, 3}, {4, 5, 6}}, w.matrix().toArray());
    assertArrayEquals(new float[][] {{4, 5, 6}}, w.matrixRows(1, 2).toArray());
    assertArrayEquals(new float[] {3, 4}, w.floats(2, 2));
    assertArrayEquals(new float[][] {{7, 8, 9}}, model.tensor("b").matrix().toArray());
    assertEquals("onnx::MatMul_7 FLOAT32 2 x 3", w.toString());
  }

  @Test
  void aWeightIsFoundByTheNodeThatUsesIt() {
    OnnxModel model = OnnxModel.read(SMALL);
    assertEquals("onnx::MatMul_7", model.weightOf("/query/MatMul").name());
    assertEquals("b", model.weightOf("/add").name());
    OnnxNode node = model.node("/query/MatMul");
    assertEquals("MatMul", node.opType());
    assertEquals(List.of("x", "onnx::MatMul_7"), node.inputs());
    assertEquals(List.of("y"), node.outputs());
  }

  @Test
  void unknownNamesAreNamedWithSomeThatAreThere() {
    OnnxModel model = OnnxModel.read(SMALL);
    assertMessage("there is no tensor 'c' among 2: onnx::MatMul_7, b", () -> model.tensor("c"));
    assertMessage(
        "there are 0 nodes 'c' among 2, it must be one: /query/MatMul, /add",
        () -> model.node("c"));
    OnnxModel five =
        OnnxModel.read(
            model(
                g -> {
                  for (String name : List.of("p", "q", "r", "s", "t")) {
                    g.message(5, t -> t.tensorHead(name, 1, 0)).message(1, n -> n.text(3, name));
                  }
                  g.message(1, n -> n.text(3, "u"));
                }));
    String all = assertThrows(IllegalArgumentException.class, () -> five.tensor("c")).getMessage();
    assertTrue(all.endsWith(": p, q, r, s, t"), all);
    String some = assertThrows(IllegalArgumentException.class, () -> five.node("c")).getMessage();
    assertTrue(some.endsWith(": p, q, r, s, t, ..."), some);
    OnnxModel twice =
        OnnxModel.read(
            model(
                g ->
                    g.message(1, n -> n.text(3, "same"))
                        .message(1, n -> n.text(3, "same"))
                        .message(1, n -> n.text(1, "x").text(3, "none").text(4, "Relu"))));
    assertMessage("there are 2 nodes 'same'", () -> twice.node("same"));
    assertMessage(
        "node 'none' (Relu) reads [x], of which 0 are weights", () -> twice.weightOf("none"));
  }

  @Test
  void everySourceGivesTheSame(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("m.onnx"), SMALL);
    ByteBuffer middle = ByteBuffer.allocate(SMALL.length + 9).position(5).put(SMALL);
    middle.limit(middle.position()).position(5);
    for (OnnxModel model :
        List.of(
            OnnxModel.read(file),
            OnnxModel.read(new ByteArrayInputStream(SMALL)),
            OnnxModel.read(new ByteArrayInputStream(SMALL), SMALL.length),
            OnnxModel.read(middle),
            OnnxModel.read(middle.asReadOnlyBuffer()))) {
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, model.tensor("onnx::MatMul_7").floats());
    }
  }

  @Test
  void aMessageInPartsIsMerged() {
    byte[] both = new byte[2 * SMALL.length];
    byte[] more = oneTensor(t -> t.tensorHead("more", 1, 1).bytes(9, floats(5)));
    ByteBuffer.wrap(both).put(SMALL).put(more);
    OnnxModel model = OnnxModel.read(ByteBuffer.wrap(both, 0, SMALL.length + more.length));
    assertEquals(List.of("onnx::MatMul_7", "b", "more"), List.copyOf(model.tensors().keySet()));
  }

  @Test
  void integersOfAllSizesRawAndAsVarints() {
    ByteBuffer raw = ProtoWriter.little(100);
    byte[] int64 = raw.putLong(Long.MIN_VALUE).putLong(-1).array();
    assertArrayEquals(
        new long[] {Long.MIN_VALUE, -1},
        only(t -> t.tensorHead("a", 7, 2).bytes(9, Arrays.copyOf(int64, 16))).longs());
    assertArrayEquals(
        new long[] {-3, 1L << 40},
        only(t -> t.tensorHead("a", 7, 2).packed(7, -3, 1L << 40)).longs());
    assertArrayEquals(
        new long[] {-3, 5}, only(t -> t.tensorHead("a", 7, 2).varint(7, -3).varint(7, 5)).longs());
    assertArrayEquals(
        new long[] {-3, 5}, only(t -> t.tensorHead("a", 6, 2).packed(5, -3, 5)).longs());
    assertArrayEquals(
        new long[] {-1, 127},
        only(t -> t.tensorHead("a", 3, 2).bytes(9, new byte[] {-1, 127})).longs());
    assertArrayEquals(
        new float[] {255, 127},
        only(t -> t.tensorHead("a", 2, 2).bytes(9, new byte[] {-1, 127})).floats());
    assertArrayEquals(
        new long[] {65535, 256},
        only(t -> t.tensorHead("a", 4, 2).bytes(9, new byte[] {-1, -1, 0, 1})).longs());
    assertArrayEquals(
        new float[] {-1, 256},
        only(t -> t.tensorHead("a", 5, 2).bytes(9, new byte[] {-1, -1, 0, 1})).floats());
    assertArrayEquals(
        new long[] {0xFFFF_FFFFL},
        only(t -> t.tensorHead("a", 12, 1).bytes(9, new byte[] {-1, -1, -1, -1})).longs());
    assertArrayEquals(
        new long[] {1, 0}, only(t -> t.tensorHead("a", 9, 2).packed(5, 1, 0)).longs());
  }

  @Test
  void sixteenBitFloatsAgreeWithTheirDefinition() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      int half = bits;
      if (bits % 97 != 0 && (bits & 0x3FF) > 2 && (bits & 0x3FF) < 0x3FE) {
        continue;
      }
      byte[] raw = {(byte) half, (byte) (half >> 8)};
      float f16 = only(t -> t.tensorHead("h", 10, 1).bytes(9, raw)).floats()[0];
      assertEquals(f16, only(t -> t.tensorHead("h", 10, 1).packed(5, half)).floats()[0]);
      int exponent = bits >> 10 & 31;
      int fraction = bits & 0x3FF;
      double sign = bits >> 15 == 0 ? 1 : -1;
      double expected =
          exponent == 31
              ? fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN
              : sign
                  * (exponent == 0
                      ? fraction * Math.pow(2, -24)
                      : (1024 + fraction) * Math.pow(2, exponent - 25));
      assertEquals(expected, f16, () -> "half " + half);
      float bf16 = only(t -> t.tensorHead("b", 16, 1).bytes(9, raw)).floats()[0];
      assertEquals(half, Float.floatToRawIntBits(bf16) >>> 16);
      assertEquals(0, Float.floatToRawIntBits(bf16) & 0xFFFF);
    }
  }

  @Test
  void floatsInSeveralParts() {
    Tensor t =
        only(
            w ->
                w.fixed32(4, Float.floatToIntBits(1.5f))
                    .tensorHead("f", 1, 3)
                    .bytes(4, floats(-2, Float.MIN_VALUE)));
    assertArrayEquals(new float[] {1.5f, -2, Float.MIN_VALUE}, t.floats());
    assertArrayEquals(new float[] {-2}, t.floats(1, 1));
    assertMessage(
        "not a whole number", () -> only(w -> w.tensorHead("f", 1, 1).bytes(4, new byte[3])));
    assertMessage(
        "not a whole number",
        () -> only(w -> w.tensorHead("f", 1, 2).bytes(4, floats(1)).bytes(4, new byte[3])));
  }

  @Test
  void typesAndShapesThatAreNamedButNotRead() {
    assertEquals(
        ElementType.FLOAT64, only(t -> t.tensorHead("d", 11, 1).bytes(9, new byte[8])).type());
    assertMessage(
        "tensor 'd' is FLOAT64",
        () -> only(t -> t.tensorHead("d", 11, 1).bytes(9, new byte[8])).floats());
    assertMessage(
        "tensor 'q' is INT64", () -> only(t -> t.tensorHead("q", 7, 1).packed(7, 1)).floats());
    assertMessage(
        "tensor 'f' is FLOAT32",
        () -> only(t -> t.tensorHead("f", 1, 1).bytes(9, floats(1))).longs());
    Tensor other = only(t -> t.tensorHead("q", 22, 3).bytes(9, new byte[2]));
    assertEquals(ElementType.OTHER, other.type());
    assertMessage("tensor 'q' is OTHER", other::floats);
    Tensor huge = only(t -> t.tensorHead("h", 22, 1L << 40));
    assertMessage("its 1099511627776 elements pass the 2147483639", huge::floats);
    Tensor three = only(t -> t.tensorHead("c", 1, 1, 2, 1).bytes(9, floats(1, 2)));
    assertArrayEquals(new float[] {1, 2}, three.floats());
    assertMessage("tensor 'c' is 1 x 2 x 1: a matrix has at most two sizes", three::matrix);
  }

  @Test
  void scalarsAndEmptyTensors() {
    Tensor scalar = only(t -> t.tensorHead("s", 1).bytes(9, floats(4)));
    assertArrayEquals(new float[][] {{4}}, scalar.matrix().toArray());
    assertEquals("s FLOAT32 a scalar", scalar.toString());
    for (long[] shape : new long[][] {{0}, {0, 5}, {5, 0}, {0, 0}}) {
      Tensor empty = only(t -> t.tensorHead("e", 1, shape));
      assertEquals(0, empty.elements());
      assertEquals(0, empty.floats().length);
      Matrix m = empty.matrix();
      assertEquals(shape.length == 1 ? 1 : shape[0], m.rows());
      assertEquals(shape[shape.length - 1], m.cols());
    }
    Tensor huge = only(t -> t.tensorHead("e", 1, 0, 1L << 40));
    assertMessage("0 x 1099511627776", huge::matrix);
  }

  @Test
  void rangesAreChecked() {
    Tensor t = OnnxModel.read(SMALL).tensor("b");
    assertMessage(
        "elements 2 to 4 are not inside of tensor 'b', which has 3", () -> t.floats(2, 2));
    assertMessage("elements -1 to 0", () -> t.floats(-1, 1));
    assertMessage("not inside", () -> t.floats(Long.MAX_VALUE, 1));
    assertMessage("rows 0 to 2 are not inside of tensor 'b', 3", () -> t.matrixRows(0, 2));
  }

  @Test
  void randomMatricesComeBackBitForBit() {
    SeededRandom random = new SeededRandom(5);
    for (int rows : new int[] {1, 2, 3, 7, 17, 33, 65}) {
      int cols = 1 + random.below(70);
      Matrix m = random.gaussian(rows, cols, 1);
      byte[] raw = floats(m.data());
      boolean packed = random.coin();
      Tensor t = only(w -> w.tensorHead("m", 1, rows, cols).bytes(packed ? 4 : 9, raw));
      assertArrayEquals(m.data(), t.matrix().data());
      int from = random.below(rows);
      assertArrayEquals(m.row(from), t.matrixRows(from, from + 1).data());
    }
  }

  @Test
  void badPathsAndStreams(@TempDir Path folder) throws IOException {
    assertMessage("there is no such file", () -> OnnxModel.read(folder.resolve("none.onnx")));
    assertMessage("is a folder: name the .onnx file itself", () -> OnnxModel.read(folder));
    Path page = Files.writeString(folder.resolve("page.onnx"), "<html>moved</html>");
    assertMessage(
        "page.onnx: not an ONNX file, or a damaged one (18 bytes", () -> OnnxModel.read(page));
    assertMessage("beginning with \"<html>moved</htm\"", () -> OnnxModel.read(page));
    assertMessage(
        "the stream goes on after 7 bytes",
        () -> OnnxModel.read(new ByteArrayInputStream(SMALL), 7));
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("cable");
          }
        };
    assertMessage(
        "the stream can't be read: java.io.IOException: cable", () -> OnnxModel.read(broken));
    Path empty = Files.createFile(folder.resolve("empty.onnx"));
    assertMessage("without a graph", () -> OnnxModel.read(empty));
    Path pipe = Path.of("/dev/zero");
    if (Files.exists(pipe)) {
      assertMessage("is not a regular file", () -> OnnxModel.read(pipe));
    }
  }

  @Test
  void notOnnx() {
    assertMessage("byte 0: the file ends without a graph", () -> OnnxModel.read(new byte[0]));
    assertMessage(
        "without an ir_version", () -> OnnxModel.read(message(m -> m.message(7, g -> {}))));
    assertMessage("without a graph", () -> OnnxModel.read(message(m -> m.varint(1, 3))));
    assertMessage(
        "ir_version (field 1 of ModelProto) is a run of bytes",
        () -> OnnxModel.read(message(m -> m.text(1, "x"))));
  }

  static void assertMessage(String part, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }
}
