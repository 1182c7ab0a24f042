package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex.Similarity;

/** What is saved is what is loaded, and what is damaged or made to harm is refused. */
class HnswFileTest {
  private static final int N = 60;
  private static final int D = 3;

  @TempDir Path folder;

  /** With twins, a zero vector, deleted documents and several layers. */
  private static HnswIndex index(Similarity similarity) {
    Matrix documents = new SeededRandom(1).gaussian(N, D, 1);
    documents.rows(20, 21).set(documents.rows(3, 4));
    documents.rows(30, 31).set(documents.rows(3, 4));
    documents.rows(40, 41).fill(0);
    HnswIndex index =
        new HnswIndex(
            KernelsChoice.best(), Loop.sequential(), D, new HnswSettings(similarity, 3, 12, 5));
    index.addAll(documents);
    index.delete(3);
    index.delete(59);
    return index;
  }

  private Path save(HnswIndex index) throws IOException {
    Path file = folder.resolve("index");
    index.save(file);
    return file;
  }

  private static HnswIndex load(Path file) {
    return HnswIndex.load(KernelsChoice.best(), Loop.sequential(), file);
  }

  @Test
  void whatIsLoadedFindsAndGrowsAsIfItHadNeverBeenAway() throws IOException {
    for (Similarity similarity : Similarity.values()) {
      HnswIndex index = index(similarity);
      Path file = save(index);
      byte[] bytes = Files.readAllBytes(file);
      HnswIndex loaded = load(file);
      assertEquals(index.settings(), loaded.settings());
      assertEquals(N, loaded.size());
      assertEquals(2, loaded.deleted());
      Matrix queries = new SeededRandom(2).gaussian(20, D, 1);
      assertEquals(index.search(queries, 5, 8), loaded.search(queries, 5, 8));
      assertEquals(index.search(queries, 99, 8), loaded.search(queries, 99, 8));
      assertArrayEquals(bytes, Files.readAllBytes(save(loaded)));
      index.addAll(queries);
      loaded.addAll(queries);
      assertArrayEquals(Files.readAllBytes(save(index)), Files.readAllBytes(save(loaded)));
      assertEquals(List.of(file), Files.list(folder).toList()); // nothing unfinished is left
    }
  }

  @Test
  void anEmptyIndexAndOneOfManyBuffers() throws IOException {
    HnswIndex empty =
        new HnswIndex(KernelsChoice.best(), Loop.sequential(), 7, HnswSettings.STANDARD);
    HnswIndex loaded = load(save(empty));
    assertEquals(0, loaded.size());
    assertEquals(0, loaded.add(new float[] {1, 2, 3, 4, 5, 6, 7}));
    HnswIndex large =
        HnswIndex.of(
            KernelsChoice.best(),
            Loop.sequential(),
            new SeededRandom(3).gaussian(301, 207, 1),
            new HnswSettings(Similarity.DOT, 4, 10, 1));
    byte[] bytes = Files.readAllBytes(save(large));
    assertTrue(bytes.length > 4 * 65_536);
    assertArrayEquals(bytes, Files.readAllBytes(save(load(folder.resolve("index")))));
  }

  private void assertRefused(String part, byte[] bytes) throws IOException {
    Path file = folder.resolve("hostile");
    Files.write(file, bytes);
    IndexFileException e = assertThrows(IndexFileException.class, () -> load(file));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
  }

  /** The file with an int replaced and the checksum made right again. */
  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return sealed(changed);
  }

  private static byte[] sealed(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    int end = bytes.length - 4;
    checksum.update(bytes, 0, end);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(end, (int) checksum.getValue());
    return bytes;
  }

  @Test
  void everyFieldIsLookedAt() throws IOException {
    byte[] good = Files.readAllBytes(save(index(Similarity.COSINE)));
    int twins = 40;
    int deleted = twins + 4 * N;
    int vectors = deleted + (N + 7) / 8;
    int ground = vectors + 4 * N * D;
    int list = 4 * (1 + 2 * 3);
    int upper = ground + N * list;
    assertRefused("there is no such file", folder.resolve("none"));
    assertRefused("there is something else than a file", folder);
    assertRefused("this is no file of an HNSW index: its 0 bytes", new byte[0]);
    assertRefused("do not begin as one", with(good, 0, 0));
    assertRefused("do not begin as one", with(good, 4, 0));
    assertRefused("it is of version 2 and what reads it is of version 1", with(good, 8, 2));
    assertRefused("it is of version 0 and", with(good, 8, 0));
    assertRefused("similarity is 2: it must be in 0..1", with(good, 12, 2));
    assertRefused("M is 513: it must be in 2..512", with(good, 16, 513));
    assertRefused("efConstruction is -1", with(good, 20, -1));
    assertRefused(
        "it has " + good.length + " bytes: its documents and their levels take",
        with(good, 24, 99));
    assertRefused("dimension is 0", with(good, 32, 0));
    assertRefused("it has -5 documents", with(good, 36, -5));
    assertRefused(
        "2147483647 documents of dimension 3 with M = 3 pass", with(good, 36, Integer.MAX_VALUE));
    assertRefused(
        "300000000 documents of dimension 3 with M = 3 take", with(good, 36, 300_000_000));
    assertRefused(
        "document 20 is a twin of 21, which is none before it", with(good, twins + 80, 21));
    assertRefused("document 20 is a twin of -1,", with(good, twins + 80, -1));
    assertRefused("document 30 is a twin of 20,", with(good, twins + 120, 20));
    assertRefused("document 30, a twin of 4, has another vector", with(good, twins + 120, 4));
    assertRefused(
        "document 0, a twin of 0, has another vector",
        with(good, vectors, Float.floatToIntBits(3)));
    assertRefused(
        "document 0 has NaN at dimension 0", with(good, vectors, Float.floatToIntBits(Float.NaN)));
    byte[] tooMany = good.clone();
    tooMany[deleted + (N - 1) / 8] |= (byte) 0x80;
    assertRefused("document 63 is deleted: there are 60", sealed(tooMany));
    assertRefused("document 0 has 7 links on layer 0: it can have 6", with(good, ground, 7));
    assertRefused("document 0 has -1 links on layer 0", with(good, ground, -1));
    assertRefused(
        "document 20 has 1 links on layer 0: it can have 0", with(good, ground + 20 * list, 1));
    assertRefused("link 1 of document 0 on layer 0", with(good, ground + 4, N));
    assertRefused("link 1 of document 0 on layer 0", with(good, ground + 4, -1));
    assertRefused("link 1 of document 0 on layer 0", with(good, ground + 4, 0)); // itself
    assertRefused("link 1 of document 0 on layer 0", with(good, ground + 4, 20)); // a twin
    assertRefused(
        "link 6 of document 20 on layer 0, which has 0 there, goes to 1",
        with(good, ground + 21 * list - 4, 1));
    int low = 0;
    HnswLevels levels = new HnswLevels(index(Similarity.COSINE).settings());
    while (levels.next() > 0) {
      low++;
    }
    int firstLink = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(upper + 4);
    assertTrue(firstLink > 0);
    assertRefused("on layer 1", with(good, upper + 4, low));
    assertRefused("4 links on layer 1: it can have 3", with(good, upper, 4));
    assertRefused(
        "it has " + (good.length - 4) + " bytes", sealed(Arrays.copyOf(good, good.length - 4)));
    assertRefused(
        "it has " + (good.length + 4) + " bytes", sealed(Arrays.copyOf(good, good.length + 4)));
    byte[] flipped = good.clone();
    flipped[vectors] ^= 1;
    assertRefused("it is damaged or cut off", flipped);
  }

  private void assertRefused(String part, Path file) {
    IndexFileException e = assertThrows(IndexFileException.class, () -> load(file));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void damageIsNoticedWhereverItIs() throws IOException {
    byte[] good = Files.readAllBytes(save(index(Similarity.DOT)));
    Path file = folder.resolve("damaged");
    SeededRandom random = new SeededRandom(4);
    for (int round = 0; round < 1000; round++) {
      byte[] bad = good.clone();
      if (round % 3 == 0) {
        bad = Arrays.copyOf(bad, random.below(good.length));
      } else {
        bad[random.below(good.length)] ^= (byte) (1 << random.below(8));
      }
      Files.write(file, bad);
      assertThrows(IndexFileException.class, () -> load(file));
    }
  }

  @Test
  void damageWithARightChecksumIsRefusedOrHarmless() throws IOException {
    byte[] good = Files.readAllBytes(save(index(Similarity.DOT)));
    Path file = folder.resolve("hostile");
    SeededRandom random = new SeededRandom(5);
    int taken = 0;
    for (int round = 0; round < 1500; round++) {
      byte[] bad = good.clone();
      for (int flips = 1 + random.below(3); flips > 0; flips--) {
        int at = round % 2 == 0 ? random.below(good.length) : 8 + random.below(32);
        bad[at] = (byte) (random.coin() ? bad[at] ^ (1 << random.below(8)) : random.below(256));
      }
      if (round % 5 == 0) {
        bad = Arrays.copyOf(bad, 4 + random.below(good.length));
      }
      Files.write(file, sealed(bad));
      HnswIndex index;
      try {
        index = load(file);
      } catch (IndexFileException e) {
        assertFalse(e.getMessage().isEmpty());
        continue;
      }
      taken++;
      float[] query = new float[index.dimension()];
      query[0] = 1;
      assertEquals(index.size() - index.deleted(), index.search(query, 100, 10).size());
      index.add(query);
    }
    assertTrue(taken > 50 && taken < 1200, taken + " were taken");
  }
}
