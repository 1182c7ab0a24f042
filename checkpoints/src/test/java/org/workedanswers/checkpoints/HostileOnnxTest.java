package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.OnnxModelTest.assertMessage;
import static org.workedanswers.checkpoints.ProtoWriter.floats;
import static org.workedanswers.checkpoints.ProtoWriter.message;
import static org.workedanswers.checkpoints.ProtoWriter.model;
import static org.workedanswers.checkpoints.ProtoWriter.oneTensor;

import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

/** What does not add up ends in an error that says where; never in memory or time without end. */
class HostileOnnxTest {
  /** All that the reader enters: nodes, and values in every form. */
  private static final byte[] RICH =
      model(
          g ->
              g.message(
                      1,
                      n -> n.text(1, "x").text(1, "w").text(2, "y").text(3, "m").text(4, "MatMul"))
                  .message(5, t -> t.tensorHead("w", 1, 3, 4).bytes(9, new byte[48]))
                  .message(5, t -> t.tensorHead("b", 1, 4).bytes(4, floats(1, 2, 3, 4)))
                  .message(5, t -> t.tensorHead("f", 1, 2).fixed32(4, 7).fixed32(4, 8))
                  .message(5, t -> t.tensorHead("h", 10, 2).packed(5, 0x3C00, 0xFBFF))
                  .message(5, t -> t.tensorHead("i", 7, 3).packed(7, -1, 1L << 62, 5))
                  .message(5, t -> t.tensorHead("q", 3, 5).bytes(9, new byte[5]))
                  .message(5, t -> t.tensorHead("s", 8, 1).text(6, "text"))
                  .message(5, t -> t.tensorHead("d", 11, 1).bytes(10, new byte[8]))
                  .message(5, t -> t.packed(1, 2, 1).tensorHead("u", 13).packed(11, 3, 4)));

  private static void refused(String part, Consumer<ProtoWriter> tensor) {
    assertMessage(part, () -> OnnxModel.read(oneTensor(tensor)));
  }

  /** Reads it, and whatever tensors come out of it; true if it was taken for a model. */
  private static boolean readsOrRefuses(byte[] bytes) {
    OnnxModel model;
    try {
      model = OnnxModel.read(bytes);
    } catch (CheckpointException e) {
      assertTrue(e.getMessage().contains("byte "), e::getMessage);
      return false;
    }
    for (Tensor t : model.tensors().values()) {
      if (t.type().readableAsFloats()) {
        assertEquals(t.elements(), t.floats().length);
      }
      if (t.type().readableAsLongs()) {
        assertEquals(t.elements(), t.longs().length);
      }
      assertTrue(t.type().bytes() == 0 || t.elements() <= bytes.length, t::toString);
    }
    return true;
  }

  @Test
  void cutOffAtEveryByte() {
    assertTrue(readsOrRefuses(RICH));
    int graphEnds = RICH.length - 4; // the opset's four bytes stand behind it
    for (int length = 0; length < RICH.length; length++) {
      boolean whole = length == graphEnds;
      assertEquals(whole, readsOrRefuses(Arrays.copyOf(RICH, length)), "cut at " + length);
    }
  }

  @Test
  void flippedBitsAndForeignBytes() {
    int taken = 0;
    for (long seed = 0; seed < 12_000; seed++) {
      SeededRandom random = new SeededRandom(seed);
      byte[] bytes = RICH.clone();
      for (int changes = 1 + random.below(4); changes > 0; changes--) {
        int at = random.below(bytes.length);
        bytes[at] =
            random.coin() ? (byte) random.below(256) : (byte) (bytes[at] ^ 1 << random.below(8));
      }
      taken += readsOrRefuses(bytes) ? 1 : 0;
    }
    assertTrue(taken > 400 && taken < 11_600, taken + " of 12000 still read: both must occur");
  }

  @Test
  void randomBytes() {
    for (long seed = 0; seed < 8_000; seed++) {
      SeededRandom random = new SeededRandom(seed);
      byte[] bytes = new byte[random.below(60)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) random.below(random.coin() ? 256 : 64);
      }
      readsOrRefuses(bytes);
    }
  }

  @Test
  void varints() {
    assertMessage(
        "byte 1: a varint of ModelProto passes 64 bits",
        () ->
            OnnxModel.read(
                message(
                    m ->
                        m.tag(1, 0)
                            .bytesAsTheyAre(255, 255, 255, 255, 255, 255, 255, 255, 255, 2))));
    assertMessage(
        "passes 64 bits",
        () ->
            OnnxModel.read(
                message(
                    m ->
                        m.tag(1, 0)
                            .bytesAsTheyAre(128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0))));
    assertMessage(
        "byte 1: a varint of ModelProto is cut off after 2 bytes",
        () -> OnnxModel.read(message(m -> m.tag(1, 0).bytesAsTheyAre(128, 128))));
    // the longest that is right: ten bytes, all 64 bits
    OnnxModel.read(
        message(
            m ->
                m.tag(1, 0)
                    .bytesAsTheyAre(255, 255, 255, 255, 255, 255, 255, 255, 255, 1)
                    .message(7, g -> {})));
  }

  @Test
  void fieldNumbersAndWireTypes() {
    assertMessage("has number 0", () -> OnnxModel.read(message(m -> m.tag(0, 0))));
    assertMessage(
        "has number 536870912", () -> OnnxModel.read(message(m -> m.rawVarint(1L << 32))));
    for (int type : new int[] {3, 4, 6, 7}) {
      assertMessage(
          "byte 0: field 9 of ModelProto has wire type " + type,
          () -> OnnxModel.read(message(m -> m.tag(9, type))));
    }
    refused("dims (field 1 of TensorProto) is four bytes", t -> t.fixed32(1, 1));
    refused("data_type (field 2 of TensorProto)", t -> t.text(2, "float"));
    refused("name (field 8 of TensorProto)", t -> t.varint(8, 1));
    refused("data (field 9 of TensorProto) is a varint", t -> t.varint(9, 1));
    refused("data (field 4 of TensorProto) is a varint", t -> t.varint(4, 1));
    assertMessage("initializer (field 5", () -> OnnxModel.read(model(g -> g.varint(5, 1))));
    assertMessage("NodeProto (field 1", () -> OnnxModel.read(model(g -> g.varint(1, 1))));
  }

  @Test
  void lengthsPastTheEnd() {
    for (long length : new long[] {3, Integer.MAX_VALUE, 1L << 31, 1L << 32, Long.MAX_VALUE, -1}) {
      refused(
          "claims " + Long.toUnsignedString(length) + " bytes and 2 are left",
          t -> t.tensorHead("a", 1, 1).tag(9, 2).rawVarint(length).bytesAsTheyAre(1, 2));
    }
    assertMessage(
        "field 7 of ModelProto claims 99 bytes",
        () -> OnnxModel.read(message(m -> m.varint(1, 1).tag(7, 2).rawVarint(99))));
  }

  @Test
  void shapesThatDisagreeWithTheBytes() {
    refused(
        "tensor 'a' has sizes [2, 3], 6 elements of FLOAT32, and holds values for 5",
        t -> t.tensorHead("a", 1, 2, 3).bytes(9, new byte[20]));
    refused("not a whole number of FLOAT32", t -> t.tensorHead("a", 1, 1).bytes(9, new byte[5]));
    refused("and holds values for 0", t -> t.tensorHead("a", 1, 1000));
    refused("has size -1", t -> t.tensorHead("a", 1, -1));
    refused("has size -9223372036854775808", t -> t.packed(1, Long.MIN_VALUE));
    refused(
        "their product passes 64 bits",
        t -> t.tensorHead("a", 1, 1L << 40, 1L << 40).bytes(9, new byte[4]));
    // 2³² · 2³² is 0 in 64 bits
    refused("their product passes 64 bits", t -> t.tensorHead("a", 1, 1L << 32, 1L << 32));
    refused(
        "4611686018427387904 elements",
        t -> t.tensorHead("a", 1, 1L << 31, 1L << 31).bytes(9, new byte[4]));
    refused("more than 64 sizes", t -> t.tensorHead("a", 1, new long[65]));
    refused("holds values for 3", t -> t.tensorHead("a", 7, 2).packed(7, 1, 2, 3));
    refused("cut off", t -> t.tensorHead("a", 7, 1).bytes(7, new byte[] {-1}));
  }

  @Test
  void valuesThatDoNotGoWithTheirType() {
    refused("INT8 and has the value 128", t -> t.tensorHead("a", 3, 1).packed(5, 128));
    refused("UINT8 and has the value -1", t -> t.tensorHead("a", 2, 1).packed(5, -1));
    refused("INT16 and has", t -> t.tensorHead("a", 5, 1).packed(5, 40000));
    refused("FLOAT16 and has", t -> t.tensorHead("a", 10, 1).packed(5, 65536));
    refused("INT32 and has", t -> t.tensorHead("a", 6, 1).packed(5, 1L << 31));
    refused("BOOL and has", t -> t.tensorHead("a", 9, 1).packed(5, 2));
    refused("UINT32 and has", t -> t.tensorHead("a", 12, 1).packed(11, -1));
    refused(
        "is FLOAT32 and has its values in field 5: it must be field 9 or 4",
        t -> t.tensorHead("a", 1, 1).packed(5, 1));
    refused(
        "values in field 9 and in field 4",
        t -> t.tensorHead("a", 1, 1).bytes(9, floats(1)).bytes(4, floats(1)));
  }

  @Test
  void names() {
    refused("a tensor has no name", t -> t.varint(2, 1).varint(1, 0));
    refused("tensor 'a' has no data_type", t -> t.text(8, "a"));
    refused("name of TensorProto is not UTF-8 text", t -> t.bytes(8, new byte[] {(byte) 0xC3, 40}));
    assertMessage(
        "there is a second tensor 'a'",
        () ->
            OnnxModel.read(
                model(
                    g ->
                        g.message(5, t -> t.tensorHead("a", 1, 0))
                            .message(5, t -> t.tensorHead("a", 1, 0)))));
  }

  @Test
  void weightsThatAreNotInTheFile() {
    refused(
        "tensor 'a' stands in another file (external_data)",
        t ->
            t.tensorHead("a", 1, 4).message(13, e -> e.text(1, "location").text(2, "weights.bin")));
    refused(
        "tensor 'a' stands in another file (data_location)",
        t -> t.tensorHead("a", 1, 4).varint(14, 1));
    refused("is a segment of a larger one", t -> t.tensorHead("a", 1, 4).message(3, s -> {}));
    assertMessage(
        "sparse weights are not read", () -> OnnxModel.read(model(g -> g.message(15, s -> {}))));
  }

  @Test
  void millionsOfEmptyEntriesDoNotTakeTheHeap() {
    byte[] empty = new byte[6_000_000];
    for (int i = 0; i < empty.length; i += 2) {
      empty[i] = 1 << 3 | 2; // a node of no bytes, or an input of no bytes
    }
    String many = "more than 1048576 tensors, nodes, inputs, outputs and sizes";
    assertMessage(many, () -> OnnxModel.read(message(m -> m.varint(1, 1).bytes(7, empty))));
    assertMessage(many, () -> OnnxModel.read(model(g -> g.bytes(1, empty))));
    byte[] sizes = new byte[3_000_000];
    refused("more than 64 sizes", t -> t.bytes(1, sizes));
    byte[] name = new byte[OnnxReader.MAX_NAME_BYTES + 1];
    Arrays.fill(name, (byte) 'a');
    refused("has 67108865 bytes: at most 67108864 are read as a name", t -> t.bytes(8, name));
  }

  @Test
  void namesAndSizesAreBoundedInAll() {
    byte[] name = new byte[OnnxReader.MAX_NAME_BYTES / 2];
    Arrays.fill(name, (byte) 'a');
    byte[] other = name.clone();
    other[0] = 'b';
    OnnxModel.read(
        model(g -> g.message(5, t -> t.varint(1, 0).varint(2, 1).bytes(8, name)))); // half is fine
    assertMessage(
        "has 33554433 bytes: at most 33554432 are read as a name",
        () ->
            OnnxModel.read(
                model(
                    g ->
                        g.message(5, t -> t.varint(1, 0).varint(2, 1).bytes(8, name))
                            .message(
                                5,
                                t ->
                                    t.varint(1, 0)
                                        .varint(2, 1)
                                        .bytes(8, Arrays.copyOf(other, other.length + 1))))));
    assertMessage(
        "more than 1048576 tensors",
        () ->
            OnnxModel.read(
                model(
                    g -> {
                      for (int i = 0; i < 20_000; i++) {
                        String distinct = "t" + i;
                        g.message(5, t -> t.bytes(1, new byte[60]).tensorHead(distinct, 1));
                      }
                    })));
  }

  @Test
  void deepNestingIsNotEntered() {
    byte[] inner = {};
    for (int depth = 0; depth < 5000; depth++) {
      byte[] deeper = inner;
      // NodeProto.attribute (5), AttributeProto.g (6), GraphProto.node (1)
      inner = message(g -> g.message(1, n -> n.message(5, a -> a.bytes(6, deeper))));
    }
    byte[] graph = inner;
    OnnxModel model = OnnxModel.read(message(m -> m.varint(1, 1).bytes(7, graph)));
    assertEquals(1, model.nodes().size());
    assertFalse(model.nodes().get(0).opType().length() > 0);
  }
}
