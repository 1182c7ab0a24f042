package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.OnnxModelTest.assertMessage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.SharedData;
import org.workedanswers.quantization.GgufType;

class GgufWriterTest {
  @TempDir Path folder;

  private static GgufWriter.Body floats(float... values) {
    ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      b.putFloat(v);
    }
    return out -> out.write(b.array());
  }

  @Test
  void whatIsWrittenIsRead() {
    Path file = folder.resolve("a.gguf");
    new GgufWriter()
        .entry("general.architecture", "llama")
        .entry("general.alignment", 64)
        .entry("n", 7)
        .entry("large", 1L << 40)
        .entry("negative", -3)
        .entry("unsigned", 0xFFFF_FFFFL)
        .entry("x", 1.5f)
        .entry("d", 0.1)
        .entry("b", true)
        .entry("texts", List.of("a", "", "é"))
        .entry("whole", List.of(1L, -2L, 3L))
        .entry("wide", List.of(1L, 1L << 33))
        .entry("scores", List.of(0f, -1f))
        .entry("none", List.of())
        .entry("n", 8)
        .tensor("w", ElementType.FLOAT32, new long[] {2, 3}, floats(1, 2, 3, 4, 5, 6))
        .tensor("v", ElementType.FLOAT32, new long[] {1}, floats(9))
        .write(file, false);
    GgufModel model = GgufModel.read(file);
    assertEquals(3, model.version());
    assertEquals(8, model.number("n"));
    assertEquals(1L << 40, model.number("large"));
    assertEquals(-3, model.number("negative"));
    assertEquals(0xFFFF_FFFFL, model.number("unsigned"));
    assertEquals(1.5f, model.metadata().get("x"));
    assertEquals(0.1, model.metadata().get("d"));
    assertEquals(true, model.metadata().get("b"));
    assertEquals(List.of("a", "", "é"), model.list("texts"));
    assertEquals(List.of(1L, -2L, 3L), model.list("whole"));
    assertEquals(List.of(1L, 1L << 33), model.list("wide"));
    assertEquals(List.of(0f, -1f), model.list("scores"));
    assertEquals(List.of(), model.list("none"));
    assertEquals(13, model.metadata().size(), "alignment is the file's own");
    assertArrayEquals(new float[][] {{1, 2, 3}, {4, 5, 6}}, model.tensor("w").matrix().toArray());
    assertArrayEquals(new float[] {9}, model.tensor("v").floats());
  }

  @Test
  void blocksAreThoseOfGgmlsOwnFiles() {
    Llama2c stories = Llama2c.read(SharedData.file("llm/stories260K.bin"));
    for (GgufType type : List.of(GgufType.Q8_0, GgufType.Q4_0)) {
      String name = "gguf/stories260K-" + type.name().toLowerCase(Locale.ROOT) + ".gguf";
      GgufModel theirs = GgufModel.read(SharedData.file(name));
      GgufWriter writer = new GgufWriter().entries(theirs.metadata());
      for (Tensor t : theirs.tensors().values()) {
        Tensor weights = stories.tensors().get(t.name());
        writer.tensor(
            t.name(),
            t.type(),
            t.shape(),
            t.type() == ElementType.FLOAT32
                ? floats(weights.floats())
                : out -> out.write(type.quantize(weights.matrix()).bytes()));
      }
      Path file = folder.resolve(type + ".gguf");
      writer.write(file, false);
      GgufModel ours = GgufModel.read(file);
      assertEquals(theirs.metadata(), ours.metadata());
      assertEquals(List.copyOf(theirs.tensors().keySet()), List.copyOf(ours.tensors().keySet()));
      for (Tensor t : theirs.tensors().values()) {
        Tensor own = ours.tensor(t.name());
        assertEquals(t.toString(), own.toString());
        if (t.type() == ElementType.FLOAT32) {
          assertArrayEquals(t.floats(), own.floats());
        } else {
          assertArrayEquals(t.blocks().bytes(), own.blocks().bytes(), t.name());
        }
      }
    }
  }

  @Test
  void aFileIsWholeOrNotThere() throws IOException {
    Path file = folder.resolve("b.gguf");
    GgufWriter good = new GgufWriter().tensor("w", ElementType.FLOAT32, new long[] {1}, floats(1));
    good.write(file, false);
    byte[] before = Files.readAllBytes(file);
    assertMessage("is there already", () -> good.write(file, false));
    GgufWriter bad =
        new GgufWriter()
            .tensor("w", ElementType.FLOAT32, new long[] {1}, floats(2))
            .tensor("v", ElementType.FLOAT32, new long[] {2}, floats(2));
    assertMessage("is to have 8 bytes and 4 were given", () -> bad.write(file, true));
    GgufWriter broken =
        new GgufWriter()
            .tensor(
                "w",
                ElementType.FLOAT32,
                new long[] {1},
                out -> {
                  throw new IllegalStateException("no more");
                });
    assertThrows(IllegalStateException.class, () -> broken.write(file, true));
    assertArrayEquals(before, Files.readAllBytes(file));
    new GgufWriter().tensor("w", ElementType.FLOAT32, new long[] {1}, floats(3)).write(file, true);
    assertArrayEquals(new float[] {3}, GgufModel.read(file).tensor("w").floats());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(1, left.count());
    }
    assertThrows(UncheckedIOException.class, () -> good.write(folder.resolve("no/b.gguf"), false));
  }

  /** A file that comes while another is written keeps its name, and what is in it. */
  @Test
  void aFileThatComesMeanwhileIsNotReplaced() throws IOException {
    Path file = folder.resolve("c.gguf");
    GgufWriter late =
        new GgufWriter()
            .tensor(
                "w",
                ElementType.FLOAT32,
                new long[] {1},
                out -> {
                  Files.writeString(file, "mine");
                  out.write(new byte[4]);
                });
    assertMessage("is there already", () -> late.write(file, false));
    assertEquals("mine", Files.readString(file));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(1, left.count());
    }
    late.write(file, true);
    assertEquals(0, GgufModel.read(file).tensor("w").floats()[0]);
  }

  @Test
  void whatAKillHasLeftIsNotInTheWay() throws IOException {
    Path file = folder.resolve("d.gguf");
    long self = ProcessHandle.current().pid();
    long gone = Long.MAX_VALUE >>> 8; // no process has such a number
    Path dead = Files.writeString(folder.resolve("d.gguf." + gone + ".1.part"), "half");
    List<Path> others = new ArrayList<>();
    for (String name :
        List.of(
            "d.gguf." + self + ".999999.part", // of one that lives
            "d.gguf." + gone + ".part",
            "e.gguf." + gone + ".1.part",
            "d.gguf." + gone + ".1.part.txt")) {
      others.add(Files.writeString(folder.resolve(name), "other"));
    }
    Path elsewhere = folder.resolve("d.gguf." + gone + ".2.part"); // as another machine writes it
    others.add(Files.writeString(elsewhere, "other"));
    try (FileChannel channel = FileChannel.open(elsewhere, StandardOpenOption.WRITE)) {
      channel.lock();
      new GgufWriter()
          .tensor("w", ElementType.FLOAT32, new long[] {1}, floats(1))
          .write(file, false);
    }
    assertTrue(Files.notExists(dead));
    for (Path other : others) {
      assertEquals("other", Files.readString(other));
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(1 + others.size(), left.count());
    }
  }

  /** Types of numbers that no {@code entry} writes, blocks that nothing here makes. */
  @Test
  void aCopyHasTheSameBytes() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(2).putLong(3);
    text(bytes, "i8").putInt(1).put((byte) -3);
    text(bytes, "u64").putInt(10).putLong(7);
    text(bytes, "i16s").putInt(9).putInt(3).putLong(2).putShort((short) 1).putShort((short) -1);
    text(bytes, "q6").putInt(2).putLong(256).putLong(2).putInt(14).putLong(0);
    text(bytes, "v").putInt(1).putLong(3).putInt(26).putLong(448); // 420 and zeros
    bytes.position((bytes.position() + 31) / 32 * 32);
    for (int i = 0; i < 420; i++) {
      bytes.put((byte) (i * 31));
    }
    bytes.position(bytes.position() + 28);
    bytes.putInt(1).putInt(-2).putInt(3).position(bytes.position() + 20);
    byte[] all = Arrays.copyOf(bytes.array(), bytes.position());
    GgufModel model = GgufModel.read(all);
    GgufWriter writer = new GgufWriter().entries(model);
    model.tensors().values().forEach(writer::tensor);
    Path file = folder.resolve("copy.gguf");
    writer.write(file, false);
    assertArrayEquals(all, Files.readAllBytes(file));
    writer.entry("i8", 5L).write(file, true);
    assertEquals(
        List.of(5L, 7L, List.of(1L, -1L)),
        List.copyOf(GgufModel.read(file).metadata().values())); // in its old place
    assertMessage("bytes 0 to 421 are not inside", () -> model.tensor("q6").bytes(0, 421));
  }

  private static ByteBuffer text(ByteBuffer bytes, String text) {
    return bytes.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void whatGgufDoesNotHaveIsRefused() {
    GgufWriter w = new GgufWriter();
    assertMessage("can't be", () -> w.entry("k", new int[1]));
    assertMessage("a String and a Float", () -> w.entry("k", List.of("a", 1f)));
    assertMessage(
        "whole blocks of 32", () -> w.tensor("t", ElementType.Q8_0, new long[] {2, 33}, out -> {}));
    assertMessage(
        "no tensors of BOOL", () -> w.tensor("t", ElementType.BOOL, new long[] {2}, out -> {}));
    assertMessage("0 sizes", () -> w.tensor("t", ElementType.FLOAT32, new long[] {}, out -> {}));
    w.tensor("t", ElementType.FLOAT32, new long[] {1}, floats(1));
    assertMessage(
        "two tensors 't'", () -> w.tensor("t", ElementType.FLOAT32, new long[] {1}, floats(1)));
  }
}
