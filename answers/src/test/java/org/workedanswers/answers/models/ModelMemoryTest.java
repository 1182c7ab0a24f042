package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SharedData;
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
    long widened = 4 * (MATRICES + 2 * TABLE) + kept;
    assertEquals(widened, memory("f16", Storage.FLOAT).weights());
    assertEquals(widened, memory("q4_0", Storage.FLOAT).weights());
    assertEquals(4 * NORMS, memory("f16", Storage.STORED).weights()); // the rest stays in the file
    assertEquals((MATRICES + 2 * TABLE) * 18 / 32 + kept, memory("q4_0", Storage.STORED).weights());
    assertEquals((MATRICES + 2 * TABLE) * 34 / 32 + kept, memory("q8_0", Storage.FAST).weights());
    assertEquals(4 * TABLE, memory("f16", Storage.FLOAT).passing());
    assertEquals(2 * 5 * 4 * 8 * 4 * 100, memory("f16", Storage.FLOAT).keysAndValues());
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
