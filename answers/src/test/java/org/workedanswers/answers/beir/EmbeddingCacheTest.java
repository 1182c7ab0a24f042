package org.workedanswers.answers.beir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Embedder;

class EmbeddingCacheTest {
  private static final int TEXT_COUNT = 2 * EmbeddingCache.BATCH + 21;
  private static final List<String> TEXTS =
      IntStream.range(0, TEXT_COUNT).mapToObj(i -> "text " + i).toList();

  @TempDir Path folder;

  /** A text's hash in each of three numbers; counts what it embeds, and may fail. */
  private static final class Hashes implements Embedder {
    private int embedded;
    private int failsAfter = Integer.MAX_VALUE;

    @Override
    public int dimension() {
      return 3;
    }

    @Override
    public Matrix embed(List<String> texts) {
      Matrix m = Matrix.zeros(texts.size(), 3);
      for (int i = 0; i < texts.size(); i++) {
        if (embedded++ == failsAfter) {
          throw new IllegalStateException("killed");
        }
        for (int j = 0; j < 3; j++) {
          m.set(i, j, texts.get(i).hashCode() % (97 + j));
        }
      }
      return m;
    }
  }

  private Matrix embed(Hashes hashes) {
    return new EmbeddingCache(folder).embed("hashes", hashes, TEXTS, done -> {});
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size());
      return all.get(0);
    }
  }

  @Test
  void whatWasEmbeddedIsNotEmbeddedAgain() throws IOException {
    Hashes first = new Hashes();
    float[] expected = embed(first).data();
    assertEquals(TEXT_COUNT, first.embedded);
    Hashes second = new Hashes();
    assertArrayEquals(expected, embed(second).data());
    assertEquals(0, second.embedded);
    Hashes other = new Hashes();
    new EmbeddingCache(folder).embed("another", other, TEXTS, done -> {});
    new EmbeddingCache(folder).embed("hashes", other, TEXTS.subList(1, TEXT_COUNT), done -> {});
    assertEquals(2 * TEXT_COUNT - 1, other.embedded);
  }

  @Test
  void aRunThatWasKilledGoesOnBehindItsLastBatch() throws IOException {
    Hashes killed = new Hashes();
    killed.failsAfter = TEXT_COUNT - 10;
    assertThrows(IllegalStateException.class, () -> embed(killed));
    Hashes again = new Hashes();
    embed(again);
    assertEquals(TEXT_COUNT - 2 * EmbeddingCache.BATCH, again.embedded);
  }

  @Test
  void whatIsDamagedIsEmbeddedAgain() throws IOException {
    float[] expected = embed(new Hashes()).data();
    byte[] whole = Files.readAllBytes(file());
    SeededRandom random = new SeededRandom(1);
    for (int round = 0; round < 200; round++) {
      byte[] damaged = Arrays.copyOf(whole, random.below(whole.length + 20));
      if (random.coin() && damaged.length > 0) {
        damaged[random.below(damaged.length)] ^= (byte) (1 << random.below(8));
      }
      Files.write(file(), damaged);
      assertArrayEquals(expected, embed(new Hashes()).data());
      assertArrayEquals(whole, Files.readAllBytes(file()));
    }
  }
}
