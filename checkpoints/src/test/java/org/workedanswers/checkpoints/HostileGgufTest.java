package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.OnnxModelTest.assertMessage;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;

/** What does not add up ends in an error that says where; never in memory or time without end. */
class HostileGgufTest {
  private static final byte[] RICH =
      GgufBytes.file(
          3,
          4,
          b ->
              b.text("general.architecture")
                  .i32(8)
                  .text("llama")
                  .text("general.alignment")
                  .i32(4)
                  .i32(16)
                  .text("tokens")
                  .i32(9)
                  .i32(8)
                  .i64(3)
                  .text("<s>")
                  .text("a")
                  .text("bc")
                  .text("scores")
                  .i32(9)
                  .i32(6)
                  .i64(2)
                  .i32(0)
                  .i32(1)
                  .tensor("a", 0, 0, 4, 2)
                  .tensor("q", 2, 32, 32, 3)
                  .tensor("k", 12, 96, 256)
                  .pad(16)
                  .raw(new byte[96 + 144]));

  private static boolean readsOrRefuses(byte[] bytes) {
    GgufModel model;
    try {
      model = GgufModel.read(bytes);
    } catch (CheckpointException e) {
      assertTrue(e.getMessage().matches("(?s).*(byte|alignment).*"), e::getMessage);
      return false;
    }
    for (Tensor t : model.tensors().values()) {
      if (t.type() == ElementType.OTHER) {
        continue;
      }
      assertTrue(t.elements() <= 8L * bytes.length, t::toString);
      if (t.type().readableAsFloats()) {
        assertEquals(t.elements(), t.floats().length);
      }
      if (t.type().readableAsLongs()) {
        assertEquals(t.elements(), t.longs().length);
      }
    }
    return true;
  }

  @Test
  void cutOffAtEveryByte() {
    assertTrue(readsOrRefuses(RICH));
    for (int length = 0; length < RICH.length; length++) {
      assertEquals(false, readsOrRefuses(Arrays.copyOf(RICH, length)), "cut at " + length);
    }
  }

  @Test
  void flippedBitsAndForeignBytes() throws IOException {
    byte[] real = Files.readAllBytes(SharedData.file("gguf/stories260K-q4_0.gguf"));
    int taken = 0;
    int rounds = 6_000;
    for (long seed = 0; seed < rounds; seed++) {
      SeededRandom random = new SeededRandom(seed);
      boolean small = seed % 20 != 0;
      byte[] bytes = (small ? RICH : real).clone();
      // Of the real one the head: its tensors' bytes may be anything.
      int head = small ? bytes.length : 16_384;
      for (int changes = 1 + random.below(4); changes > 0; changes--) {
        int at = random.below(head);
        bytes[at] =
            random.coin() ? (byte) random.below(256) : (byte) (bytes[at] ^ 1 << random.below(8));
      }
      taken += readsOrRefuses(bytes) ? 1 : 0;
    }
    assertTrue(taken > rounds / 20 && taken < rounds * 19 / 20, taken + " still read");
  }

  private static void refused(String part, long tensors, long entries, Consumer<GgufBytes> rest) {
    assertMessage(part, () -> GgufModel.read(GgufBytes.file(tensors, entries, rest)));
  }

  @Test
  void heads() {
    assertMessage("needs 4 bytes and 2 are left", () -> GgufModel.read(new byte[2]));
    assertMessage("not with \"GGUF\"", () -> GgufModel.read(new byte[100]));
    byte[] turned = {'G', 'G', 'U', 'F', 0, 0, 0, 3};
    assertMessage("this file is big-endian", () -> GgufModel.read(turned));
    byte[] first = {'G', 'G', 'U', 'F', 1, 0, 0, 0};
    assertMessage("version 1: 2 and 3 are read", () -> GgufModel.read(first));
    refused("number of tensors is 18446744073709551615", -1, 0, b -> {});
    refused("number of tensors is 1000000000000", 1_000_000_000_000L, 0, b -> {});
    refused("number of entries is 4611686018427387904", 0, 1L << 62, b -> {});
  }

  @Test
  void entries() {
    refused("'k' has type 13", 0, 1, b -> b.text("k").i32(13).i64(0));
    refused("'k' is 2: it must be 0 or 1", 0, 1, b -> b.text("k").i32(7).raw((byte) 2));
    refused("above 2^63 - 1", 0, 1, b -> b.text("k").i32(10).i64(-1));
    refused("a second 'k'", 0, 2, b -> b.text("k").i32(4).i32(1).text("k").i32(4).i32(2));
    refused("has 9223372036854775807 bytes", 0, 1, b -> b.i64(Long.MAX_VALUE).i64(0));
    refused("needs 60000 bytes and", 0, 1, b -> b.i64(60_000).i64(0));
    refused("not UTF-8", 0, 1, b -> b.i64(1).raw((byte) 0xFF).i32(4).i32(1));
    refused("length of 'k' is 1000000000", 0, 1, b -> b.text("k").i32(9).i32(8).i64(1_000_000_000));
    refused(
        "more than 4 deep",
        0,
        1,
        b -> {
          b.text("k").i32(9);
          for (int i = 0; i < 9; i++) {
            b.i32(9).i64(1);
          }
          b.i32(4).i64(0).i64(0);
        });
    int many = (1 << 22) + 1;
    refused(
        "has 4194305 values: at most 4194304",
        0,
        1,
        b -> b.text("k").i32(9).i32(0).i64(many).raw(new byte[many]));
    int half = (1 << 26) + 1;
    refused(
        "are read",
        0,
        2,
        b ->
            b.text("k")
                .i32(8)
                .i64(half)
                .raw(new byte[half])
                .text("l")
                .i32(8)
                .i64(half)
                .raw(new byte[half]));
    for (int wrong : new int[] {0, 1, 7, 24, 1 << 21}) {
      refused(
          "general.alignment is " + wrong,
          0,
          1,
          b -> b.text("general.alignment").i32(4).i32(wrong));
    }
    refused("general.alignment is x", 0, 1, b -> b.text("general.alignment").i32(8).text("x"));
  }

  @Test
  void tensors() {
    refused("has 5 dimensions", 1, 0, b -> b.tensor("t", 0, 0, 1, 1, 1, 1, 1).pad(32));
    refused("begin at a multiple of 32", 1, 0, b -> data(b.tensor("t", 0, 4, 1), 64));
    refused("of 8 bytes at offset 64", 1, 0, b -> data(b.tensor("t", 0, 64, 2), 64));
    refused("at offset 18446744073709551584", 1, 0, b -> data(b.tensor("t", 0, -32, 1), 64));
    refused("of 68 bytes", 1, 0, b -> data(b.tensor("t", 0, 0, 17), 64));
    refused(
        "pass what can be counted", 1, 0, b -> data(b.tensor("t", 0, 0, 1L << 40, 1L << 40), 8));
    refused("pass what can be counted", 1, 0, b -> data(b.tensor("t", 0, 0, -1), 64));
    for (int[] bytes : new int[][] {{0, 4}, {28, 8}}) { // the largest sizes, not rounded or turned
      long all = bytes[1] * ((1L << 60) - 1);
      refused(
          "of " + all + " bytes", 1, 0, b -> data(b.tensor("t", bytes[0], 0, (1L << 60) - 1), 8));
    }
    refused("no multiple of the 32", 1, 0, b -> data(b.tensor("t", 2, 0, 33, 32), 640));
    refused(
        "shares bytes with tensor 'a'",
        2,
        0,
        b -> data(b.tensor("b", 0, 32, 1).tensor("a", 0, 0, 9), 64));
    refused(
        "a second tensor 't'", 2, 0, b -> data(b.tensor("t", 0, 0, 1).tensor("t", 0, 32, 1), 64));
    // A type that is not known is listed, not read.
    GgufModel model = GgufModel.read(GgufBytes.file(1, 0, b -> data(b.tensor("t", 19, 0, 7), 64)));
    assertEquals(ElementType.OTHER, model.tensor("t").type());
    assertMessage("only types that a float holds", () -> model.tensor("t").floats());
  }

  /** Heads that are unusual and right. */
  @Test
  void theEndsOfWhatIsAllowed() {
    byte[] older = GgufBytes.file(0, 0, b -> b.pad(32));
    older[4] = 2;
    assertEquals(2, GgufModel.read(older).version());
    // A head that ends where the data begins: nothing lies between.
    byte[] full =
        GgufBytes.file(1, 0, b -> b.tensor("eight.ch", 0, 0, 1).i32(Float.floatToIntBits(2.5f)));
    assertEquals(68, full.length);
    assertEquals(2.5f, GgufModel.read(full).tensor("eight.ch").floats()[0]);
    // Tensors of nothing: at one place, and within another's bytes.
    byte[] empty =
        GgufBytes.file(
            11,
            0,
            b -> {
              b.tensor("w", 0, 0, 16);
              for (int i = 0; i < 10; i++) {
                b.tensor("" + i, 0, 32, 0);
              }
              data(b, 64);
            });
    assertEquals(11, GgufModel.read(empty).tensors().size());
    byte[] nothing =
        GgufBytes.file(
            10,
            0,
            b -> {
              for (int i = 0; i < 10; i++) {
                b.tensor("" + i, 0, 0, 0);
              }
              data(b, 0);
            });
    assertEquals(10, GgufModel.read(nothing).tensors().size());
  }

  @Test
  void namesAndListsAreBounded() {
    refused("a key", 0, 1, b -> b.text("k".repeat((1 << 16) + 1)).i32(7).raw((byte) 1));
    refused(
        "at most 4194304 are read in all lists together",
        0,
        2,
        b -> {
          for (String key : new String[] {"a", "b"}) {
            b.text(key).i32(9).i32(0).i64(2_100_000).raw(new byte[2_100_000]);
          }
        });
  }

  private static void data(GgufBytes bytes, int count) {
    bytes.pad(32).raw(new byte[count]);
  }
}
