package org.workedanswers.checkpoints;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.checkpoints.OnnxModelTest.assertMessage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.quantization.Fp16;

class Llama2cTest {
  @Test
  void storiesAreThoseThatGgmlConverted() {
    Llama2c model = Llama2c.read(SharedData.file("llm/stories260K.bin"));
    assertEquals(new Llama2c.Config(64, 172, 5, 8, 4, 512, 512), model.config());
    GgufModel same = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
    assertEquals(same.tensors().keySet().size(), model.tensors().size());
    for (Tensor theirs : same.tensors().values()) {
      Tensor ours = model.tensors().get(theirs.name());
      assertArrayEquals(theirs.shape(), ours.shape(), theirs.name());
      float[] expected = ours.floats();
      if (theirs.type() == ElementType.FLOAT16) {
        for (int i = 0; i < expected.length; i++) {
          expected[i] = Fp16.toFloat(Fp16.fromFloat(expected[i]));
        }
      }
      assertArrayEquals(expected, theirs.floats(), theirs.name());
    }
  }

  /** dim 4, hidden 3, 2 layers, 2 heads over 1, 5 tokens, context 6; number i is i. */
  private static byte[] small(boolean tied) {
    int n = 20 + 8 + 32 + 16 + 16 + 32 + 8 + 24 + 24 + 24 + 4 + 12 + (tied ? 0 : 20);
    ByteBuffer b = ByteBuffer.allocate(28 + 4 * n).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(4).putInt(3).putInt(2).putInt(2).putInt(1).putInt(tied ? 5 : -5).putInt(6);
    for (int i = 0; i < n; i++) {
      b.putFloat(i);
    }
    return b.array();
  }

  @Test
  void weightsStandWhereRunCReadsThem() {
    Llama2c model = Llama2c.read(small(false));
    assertEquals(2, model.config().headSize());
    assertEquals(20, model.tensors().get("blk.0.attn_norm.weight").floats()[0]);
    assertEquals(24, model.tensors().get("blk.1.attn_norm.weight").floats()[0]);
    assertEquals(28, model.tensors().get("blk.0.attn_q.weight").floats()[0]);
    assertEquals(60, model.tensors().get("blk.0.attn_k.weight").floats()[0]);
    assertEquals(84, model.tensors().get("blk.1.attn_v.weight").floats()[0]);
    assertEquals(92, model.tensors().get("blk.0.attn_output.weight").floats()[0]);
    assertEquals(132, model.tensors().get("blk.0.ffn_gate.weight").floats()[0]); // w1
    assertEquals(156, model.tensors().get("blk.0.ffn_down.weight").floats()[0]); // w2
    assertEquals(180, model.tensors().get("blk.0.ffn_up.weight").floats()[0]); // w3
    assertEquals(204, model.tensors().get("output_norm.weight").floats()[0]);
    assertEquals(220, model.tensors().get("output.weight").floats()[0]); // 12 for the angles
    assertArrayEquals(new long[] {5, 4}, model.tensors().get("output.weight").shape());
    assertFalse(Llama2c.read(small(true)).tensors().containsKey("output.weight"));
  }

  @Test
  void whatDoesNotAddUpIsRefused() {
    byte[] good = small(true);
    assertMessage("needs 28 bytes and there are 5", () -> Llama2c.read(new byte[5]));
    assertMessage("dim is 0", () -> Llama2c.read(new byte[100]));
    assertMessage("the head asks for", () -> Llama2c.read(Arrays.copyOf(good, good.length + 4)));
    assertMessage("the head asks for", () -> Llama2c.read(Arrays.copyOf(good, good.length - 50)));
    int[][] wrong = {{5, 2, 1}, {4, 3, 1}, {8, 4, 3}, {4, 4, 1}, {4, 1, 2}}; // d, h, g
    for (int[] w : wrong) {
      ByteBuffer b = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
      b.putInt(0, w[0]).putInt(12, w[1]).putInt(16, w[2]);
      assertMessage("must divide each other", () -> Llama2c.read(b.array()));
    }
    for (int vocabulary : new int[] {0, Integer.MIN_VALUE}) {
      ByteBuffer b = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
      b.putInt(20, vocabulary);
      assertMessage("vocab_size is " + vocabulary, () -> Llama2c.read(b.array()));
    }
    byte[] deep = good.clone();
    deep[10] = 100; // 6,553,602 layers
    assertMessage("n_layers is 6553602: at most 10000", () -> Llama2c.read(deep));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThrows(CheckpointException.class, () -> Llama2c.read(cut));
    }
    assertMessage("no such file", () -> Llama2c.read(Path.of("nowhere.bin")));
    int taken = 0;
    for (int seed = 0; seed < 5000; seed++) {
      SeededRandom random = new SeededRandom(seed);
      byte[] bytes = good.clone();
      for (int changes = 1 + random.below(3); changes > 0; changes--) {
        bytes[random.below(32)] ^= (byte) (1 << random.below(8));
      }
      try {
        Llama2c model = Llama2c.read(bytes);
        model.tensors().values().forEach(Tensor::floats);
        taken++;
      } catch (CheckpointException e) {
        assertFalse(e.getMessage().isBlank());
      }
    }
    assertTrue(taken > 100 && taken < 4900, taken + " still read");
  }
}
