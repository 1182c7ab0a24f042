package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.LlamaConfig;
import org.workedanswers.transformer.Storage;

class ModelMemoryTest {
  // Counted by hand: d 64, hidden 172, 5 layers, 512 tokens; ffn_down is F32 where blocks of 32 do
  // not fit it.
  private static final long MATRICES = 5 * (2 * 64 * 64 + 2 * 32 * 64 + 2 * 172 * 64);
  private static final long DOWN = 5 * 172 * 64;
  private static final long NORMS = 11 * 64;
  private static final long TABLE = 512 * 64;

  private static ModelMemory memory(String format, Storage storage) {
    DecoderFile file =
        DecoderFile.read(SharedData.file("gguf/stories260K-" + format + ".gguf"), Optional.empty());
    return ModelMemory.of(file, storage, 100);
  }

  @Test
  void whatIsHeldIsCounted() {
    long kept = 4 * (DOWN + NORMS);
    long widened = 4 * (MATRICES + TABLE) + kept;
    assertEquals(widened, memory("f16", Storage.FLOAT).weights());
    assertEquals(widened, memory("q4_0", Storage.FLOAT).weights());
    assertEquals(4 * NORMS, memory("f16", Storage.STORED).weights()); // the rest stays in the file
    assertEquals((MATRICES + TABLE) * 18 / 32 + kept, memory("q4_0", Storage.STORED).weights());
    assertEquals((MATRICES + TABLE) * 34 / 32 + kept, memory("q8_0", Storage.FAST).weights());
    assertEquals(4 * TABLE, memory("f16", Storage.FLOAT).passing());
    assertEquals(2 * 5 * 4 * 8 * 4 * 100, memory("f16", Storage.FLOAT).keysAndValues());
  }

  /** The table that is the head too is held once; a head of its own is one matrix more. */
  @Test
  void whatIsCountedIsWhatADecoderHolds() {
    for (String format : new String[] {"f16", "q8_0", "q4_0"}) {
      DecoderFile tied =
          DecoderFile.read(
              SharedData.file("gguf/stories260K-" + format + ".gguf"), Optional.empty());
      Map<String, Tensor> tensors = new HashMap<>(tied.tensors());
      tensors.put("output.weight", tensors.get("token_embd.weight"));
      LlamaConfig c = tied.config();
      ModelShape s = c.shape();
      ModelShape.Embedding own = new ModelShape.Embedding(512, false, 0, 0);
      ModelShape shape =
          new ModelShape(
              s.name(), s.kind(), s.layers(), s.dModel(), s.attention(), s.feedForward(), own);
      LlamaConfig config =
          new LlamaConfig(
              shape, c.context(), c.epsilon(), c.ropeBase(), c.pairing(), c.scaling(), c.length());
      DecoderFile untied = new DecoderFile(config, tensors, tied.tokens());
      for (Storage storage : Storage.values()) {
        Decoder once = tied.decoder(storage, 10);
        Decoder twice = untied.decoder(storage, 10);
        assertEquals(0, once.embeddings().words().bytes());
        assertEquals(once.head().bytes(), twice.head().bytes());
        boolean mapped = format.equals("f16") && storage != Storage.FLOAT; // rows of 16 bits
        long table = mapped ? 0 : twice.embeddings().words().bytes();
        assertEquals(
            ModelMemory.of(tied, storage, 10).weights() + table,
            ModelMemory.of(untied, storage, 10).weights(),
            format + storage);
      }
    }
  }

  /** 16 bits and what has no blocks of its own to go to are widened where something is merged. */
  @Test
  void adaptersAreCounted() {
    Set<String> names = Set.of("blk.0.attn_v.weight", "blk.0.ffn_down.weight", "none");
    for (String format : new String[] {"f16", "q4_0"}) {
      DecoderFile file =
          DecoderFile.read(
              SharedData.file("gguf/stories260K-" + format + ".gguf"), Optional.empty());
      for (Storage storage : Storage.values()) {
        ModelMemory bare = ModelMemory.of(file, storage, 100);
        ModelMemory with = bare.with(1000);
        assertEquals(bare.bytes() + 1000, with.bytes());
        boolean grows = format.equals("f16") && storage == Storage.STORED;
        // Beside Q4_0 the rows of 172 are in float32 already.
        long widened = grows ? 4 * (32 * 64 + 172 * 64) : 0;
        ModelMemory merged = with.merged(file, storage, names);
        assertEquals(bare.weights() + 1000 + widened, merged.weights(), format + storage);
        assertEquals(Math.max(bare.passing(), 4 * 172 * 64), merged.passing());
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithAWayOut() {
    ModelMemory large = new ModelMemory(20L << 30, 1L << 30, 0);
    assertDoesNotThrow(() -> large.check(Storage.FLOAT, 24L << 30));
    String message =
        assertThrows(IllegalArgumentException.class, () -> large.check(Storage.FLOAT, 23L << 30))
            .getMessage();
    assertTrue(message.contains("20 GiB") && message.contains("23 GiB"), message);
    assertTrue(message.contains("--storage stored"), message);
    assertTrue(message.contains("STUDY_JAVA_OPTS=-Xmx24g"), message);
    assertTrue(
        !assertThrows(IllegalArgumentException.class, () -> large.check(Storage.STORED, 23L << 30))
            .getMessage()
            .contains("--storage"));
  }
}
