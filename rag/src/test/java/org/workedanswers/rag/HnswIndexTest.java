package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.rag.DenseIndex.Similarity;

/** Approximate search held against exact search. */
class HnswIndexTest {
  private static final Kernels BEST = KernelsChoice.best();

  @TempDir Path folder;

  private static HnswSettings settings(Similarity similarity, int m, int efConstruction) {
    return new HnswSettings(similarity, m, efConstruction, 7);
  }

  private static HnswIndex hnsw(Matrix documents, Similarity similarity) {
    return HnswIndex.of(BEST, Loop.sequential(), documents, settings(similarity, 8, 40));
  }

  private static DenseIndex exact(Matrix documents, Similarity similarity) {
    return new DenseIndex(BEST, Loop.sequential(), documents, similarity);
  }

  /** What part of the exact k best the others have. */
  private static double recall(List<List<Hit>> exact, List<List<Hit>> found) {
    double common = 0;
    double all = 0;
    for (int q = 0; q < exact.size(); q++) {
      Set<Integer> documents = new HashSet<>();
      exact.get(q).forEach(hit -> documents.add(hit.document()));
      common += found.get(q).stream().filter(hit -> documents.contains(hit.document())).count();
      all += documents.size();
    }
    return common / all;
  }

  @Test
  void moreEfFindsMoreAndComparesMore() {
    Matrix[] data = Clusters.documentsAndQueries(1, 3000, 100, 24);
    CountingKernels counting = new CountingKernels(BEST);
    HnswIndex index =
        HnswIndex.of(counting, Loop.sequential(), data[0], settings(Similarity.COSINE, 5, 20));
    List<List<Hit>> exact = exact(data[0], Similarity.COSINE).search(data[1], 10);
    int[] efs = {10, 40, 160};
    double[][] recalls = {{0.82, 0.91}, {0.96, 0.995}, {0.995, 1}};
    double[][] compared = {{70, 95}, {118, 155}, {410, 530}};
    for (int i = 0; i < efs.length; i++) {
      counting.reset();
      List<List<Hit>> found = index.search(data[1], 10, efs[i]);
      double recall = recall(exact, found);
      double products = counting.multiplyAdds() / 24.0 / 100 - efs[i]; // ef are compared anew
      String what = "ef = " + efs[i] + ": recall " + recall + ", products " + products;
      assertTrue(recall >= recalls[i][0] && recall <= recalls[i][1], what);
      assertTrue(products >= compared[i][0] && products <= compared[i][1], what);
    }
  }

  @Test
  void scoresAndOrderAreThoseOfExactSearch() {
    for (Kernels kernels : List.of(PlainKernels.PLAIN, BEST)) {
      for (Similarity similarity : Similarity.values()) {
        for (int n : new int[] {1, 2, 3, 7, 17, 33, 65, 207}) {
          for (int d : new int[] {1, 2, 3, 17, 65}) {
            Matrix documents = new SeededRandom(n + d).gaussian(n, d, 2);
            documents.rows(n / 2, n / 2 + 1).fill(0);
            documents.rows(n / 3, n / 3 + 1).set(documents.rows(0, 1));
            HnswIndex index =
                HnswIndex.of(kernels, Loop.sequential(), documents, settings(similarity, 4, 300));
            Matrix queries = new SeededRandom(n).gaussian(5, d, 1);
            queries.rows(4, 5).fill(0);
            for (int k : new int[] {1, 5, n + 3}) {
              List<List<Hit>> found = index.search(queries, k, 300);
              List<List<Hit>> exact = exact(documents, similarity).search(queries, k);
              for (int q = 0; q < 5; q++) {
                assertSame(exact.get(q), found.get(q), n + " x " + d + ", " + similarity);
                assertEquals(found.get(q), index.search(queries.row(q), k, 300));
              }
            }
          }
        }
      }
    }
  }

  private static void assertSame(List<Hit> exact, List<Hit> found, String what) {
    assertEquals(exact.size(), found.size(), what);
    for (int i = 0; i < exact.size(); i++) {
      double score = found.get(i).score();
      assertEquals(exact.get(i).score(), score, 1e-5 * Math.max(1, Math.abs(score)), what);
      if (i > 0) {
        assertTrue(TopHits.bestFirst(found.get(i - 1), found.get(i)) < 0, what);
      }
    }
  }

  @Test
  void copiesOfOneTextAreAllFoundAndCrowdNobodyOut() {
    Matrix[] data = Clusters.documentsAndQueries(2, 1500, 60, 16);
    Matrix documents = data[0];
    for (int i = 0; i < 1500; i += 2) {
      documents.rows(i, i + 1).set(documents.rows(0, 1)); // half of them are one text
    }
    HnswIndex index = hnsw(documents, Similarity.COSINE);
    List<Hit> copies = index.search(documents.row(0), 750, 10);
    for (int i = 0; i < 750; i++) {
      assertEquals(2 * i, copies.get(i).document());
      assertEquals(copies.get(0).score(), copies.get(i).score());
    }
    List<List<Hit>> exact = exact(documents, Similarity.COSINE).search(data[1], 10);
    double recall = recall(exact, index.search(data[1], 10, 60));
    assertTrue(recall > 0.97, "recall " + recall);
    index.delete(0);
    index.delete(4);
    assertEquals(2, index.search(documents.row(0), 1, 10).get(0).document());
    assertEquals(
        List.of(6, 10), documents(index.search(documents.row(0), 2, 10, d -> d % 4 == 2 && d > 2)));
  }

  /** ef counts what differs: with many copies of all texts as many different ones are in view. */
  @Test
  void copiesOfAllTextsTakeNothingFromTheView() {
    int n = 600;
    Matrix[] data = Clusters.documentsAndQueries(12, n, 100, 33);
    HnswIndex index = hnsw(data[0], Similarity.COSINE);
    List<List<Hit>> alone = index.search(data[1], 10, 12);
    int copies = 20;
    for (int c = 1; c < copies; c++) {
      index.addAll(data[0]);
    }
    IntPredicate lastCopies = d -> d >= n * (copies - 1);
    for (int q = 0; q < 100; q++) {
      List<Hit> found = index.search(data[1].row(q), 10 * copies, 12);
      List<Hit> few = index.search(data[1].row(q), 10, 12);
      List<Hit> last = index.search(data[1].row(q), 10, 12, lastCopies);
      for (int i = 0; i < 10; i++) {
        assertEquals(alone.get(q).get(0).document(), few.get(i).document() % n, "query " + q);
        assertEquals(few.get(i), found.get(i));
        assertEquals(alone.get(q).get(i).document(), last.get(i).document() % n, "query " + q);
      }
    }
  }

  /** Their codes are one or nearly so: they come in the order of their vectors nonetheless. */
  @Test
  void nearCopiesAreOrderedByTheirVectors() {
    Matrix documents = Clusters.documentsAndQueries(11, 1000, 1, 48)[0];
    SeededRandom random = new SeededRandom(11);
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 48; j++) {
        documents.set(25 * i, j, documents.get(0, j) * (float) (1 + 0.01 * random.gaussian()));
      }
    }
    DenseIndex exact = exact(documents, Similarity.COSINE);
    HnswIndex index = hnsw(documents, Similarity.COSINE);
    for (int q = 0; q < 1000; q += 25) {
      List<Hit> found = index.search(documents.row(q), 10, 100);
      assertSame(exact.search(documents.row(q), 10), found, "query " + q);
      assertEquals(q, found.get(0).document());
    }
  }

  /** By the dot product, of lengths of all magnitudes: a scale of a code is its own. */
  @Test
  void lengthsOfAllMagnitudesAreCompared() {
    SeededRandom random = new SeededRandom(13);
    Matrix documents = random.gaussian(300, 20, 1);
    for (int i = 0; i < 300; i++) {
      float length = (float) Math.pow(10, i % 25 - 12);
      for (int j = 0; j < 20; j++) {
        documents.set(i, j, documents.get(i, j) * length);
      }
    }
    Matrix queries = random.gaussian(20, 20, 1);
    HnswIndex index = hnsw(documents, Similarity.DOT);
    List<List<Hit>> exact = exact(documents, Similarity.DOT).search(queries, 5);
    List<List<Hit>> found = index.search(queries, 5, 300);
    for (int q = 0; q < 20; q++) {
      assertEquals(documents(exact.get(q)), documents(found.get(q)));
    }
  }

  private static List<Integer> documents(List<Hit> hits) {
    return hits.stream().map(Hit::document).toList();
  }

  @Test
  void aFilterLetsNothingElseThroughAndNothingIsLeftOut() {
    Matrix[] data = Clusters.documentsAndQueries(3, 2000, 40, 16);
    HnswIndex index = hnsw(data[0], Similarity.COSINE);
    DenseIndex exact = exact(data[0], Similarity.COSINE);
    int[][] everyAndK = {{1, 10}, {2, 10}, {10, 10}, {100, 10}, {1000, 10}, {3000, 1}, {50, 100}};
    for (int[] ek : everyAndK) {
      IntPredicate filter = d -> d % ek[0] == 1 % ek[0];
      double recall = 0;
      for (int q = 0; q < 40; q++) {
        List<Hit> found = index.search(data[1].row(q), ek[1], 40, filter);
        List<Hit> all = exact.search(data[1].row(q), 2000);
        List<Hit> best =
            all.stream().filter(hit -> filter.test(hit.document())).limit(ek[1]).toList();
        assertEquals(best.size(), found.size(), "one in " + ek[0]);
        assertTrue(found.stream().allMatch(hit -> filter.test(hit.document())));
        recall += recall(List.of(best), List.of(found)) / 40;
      }
      double least = ek[0] >= 100 ? 1 : 0.97;
      assertTrue(recall >= least, "one in " + ek[0] + ": recall " + recall);
    }
    assertEquals(List.of(), index.search(data[1].row(0), 10, 40, d -> false));
  }

  @Test
  void aFilteredSearchComparesNoMoreThanAWalkThatGivesUpAndTheAllowed() {
    Matrix[] data = Clusters.documentsAndQueries(4, 3000, 20, 8);
    CountingKernels counting = new CountingKernels(PlainKernels.PLAIN);
    HnswIndex index =
        HnswIndex.of(counting, Loop.sequential(), data[0], settings(Similarity.DOT, 8, 20));
    int patience = 3000 / 16 + 8 * 20;
    for (int every : new int[] {1, 5, 30, 300}) {
      for (int q = 0; q < 20; q++) {
        counting.reset();
        AtomicInteger asked = new AtomicInteger();
        index.search(
            data[1].row(q),
            5,
            20,
            d -> {
              asked.incrementAndGet();
              return d % every == 0;
            });
        long products = counting.multiplyAdds() / 8;
        long upperLayers = 150;
        assertTrue(products <= upperLayers + patience + 3000 / every, every + ": " + products);
        assertTrue(asked.get() <= 1 + patience + 3000, every + ": asked " + asked);
      }
    }
  }

  @Test
  void deletedDocumentsAreWalkedThroughAndNotFound() {
    Matrix[] data = Clusters.documentsAndQueries(5, 1200, 30, 12);
    HnswIndex index = hnsw(data[0], Similarity.COSINE);
    SeededRandom random = new SeededRandom(5);
    Set<Integer> gone = new HashSet<>();
    while (gone.size() < 900) {
      int d = random.below(1200);
      assertEquals(gone.add(d), index.delete(d));
      assertTrue(index.isDeleted(d));
      assertEquals(gone.size(), index.deleted());
    }
    assertEquals(1200, index.size());
    HnswIndex compacted = index.compacted();
    assertEquals(300, compacted.size());
    assertEquals(0, compacted.deleted());
    List<Integer> left =
        java.util.stream.IntStream.range(0, 1200).filter(d -> !gone.contains(d)).boxed().toList();
    DenseIndex exact = exact(data[0], Similarity.COSINE);
    double recall = 0;
    double recallCompacted = 0;
    for (int q = 0; q < 30; q++) {
      List<Hit> best =
          exact.search(data[1].row(q), 1200).stream()
              .filter(hit -> !gone.contains(hit.document()))
              .limit(10)
              .toList();
      List<Hit> found = index.search(data[1].row(q), 10, 40);
      assertEquals(10, found.size());
      recall += recall(List.of(best), List.of(found)) / 30;
      List<Hit> anew =
          compacted.search(data[1].row(q), 10, 40).stream()
              .map(hit -> new Hit(left.get(hit.document()), hit.score()))
              .toList();
      recallCompacted += recall(List.of(best), List.of(anew)) / 30;
    }
    assertTrue(recall > 0.97 && recallCompacted > 0.97, recall + ", " + recallCompacted);
    for (int d : left) {
      index.delete(d);
    }
    assertEquals(1200, index.deleted());
    assertEquals(List.of(), index.search(data[1].row(0), 10, 40));
    assertEquals(List.of(), index.search(data[1].row(0), 10, 40, d -> true));
    assertEquals(0, index.compacted().size());
    assertEquals(1200, index.add(data[1].row(0)));
    assertEquals(List.of(1200), documents(index.search(data[1].row(0), 10, 40)));
  }

  @Test
  void compactedIsWhatTheOthersAloneWouldHaveGiven() throws IOException {
    Matrix documents = Clusters.documentsAndQueries(6, 400, 1, 8)[0];
    HnswIndex index = hnsw(documents, Similarity.COSINE);
    Matrix left = Matrix.zeros(200, 8);
    for (int i = 0; i < 200; i++) {
      index.delete(2 * i);
      left.rows(i, i + 1).set(documents.rows(2 * i + 1, 2 * i + 2));
    }
    assertArrayEquals(bytes(hnsw(left, Similarity.COSINE)), bytes(index.compacted()));
  }

  @Test
  void theGraphIsTheSameWithAllKernels() throws IOException {
    for (Similarity similarity : Similarity.values()) {
      Matrix documents = new SeededRandom(12).gaussian(400, 70, 1);
      HnswSettings settings = settings(similarity, 5, 30);
      byte[] plain =
          bytes(HnswIndex.of(PlainKernels.PLAIN, Loop.sequential(), documents, settings));
      for (Kernels kernels : List.of(BEST, KernelsChoice.named("blocked"))) {
        assertArrayEquals(
            plain, bytes(HnswIndex.of(kernels, Loop.sequential(), documents, settings)));
      }
    }
  }

  private byte[] bytes(HnswIndex index) throws IOException {
    Path file = folder.resolve("index");
    index.save(file);
    return Files.readAllBytes(file);
  }

  @Test
  void theSameSeedAndOrderGiveTheSameBytes() throws IOException {
    Matrix documents = Clusters.documentsAndQueries(7, 500, 1, 10)[0];
    HnswSettings settings = settings(Similarity.COSINE, 5, 30);
    byte[] together = bytes(HnswIndex.of(BEST, Loop.sequential(), documents, settings));
    HnswIndex single = new HnswIndex(BEST, Loop.sequential(), 10, settings);
    for (int i = 0; i < 500; i++) {
      assertEquals(i, single.add(documents.row(i)));
    }
    assertArrayEquals(together, bytes(single));
    HnswSettings other = new HnswSettings(Similarity.COSINE, 5, 30, 8);
    assertNotEquals(
        List.of(together), List.of(bytes(HnswIndex.of(BEST, Loop.sequential(), documents, other))));
  }

  @Test
  void anyNumberOfThreadsFindsTheSame() {
    Matrix[] data = Clusters.documentsAndQueries(8, 800, 67, 12);
    HnswIndex one = hnsw(data[0], Similarity.COSINE);
    List<List<Hit>> expected = one.search(data[1], 7, 20);
    try (Threads threads = Threads.of(4)) {
      HnswIndex four = HnswIndex.of(BEST, threads, data[0], settings(Similarity.COSINE, 8, 40));
      for (int round = 0; round < 20; round++) {
        assertEquals(expected, four.search(data[1], 7, 20));
      }
    }
    for (int round = 0; round < 10; round++) { // past the 255 stamps
      assertEquals(expected, one.search(data[1], 7, 20));
    }
  }

  @Test
  void aSearchAllocatesItsHitsAlone() {
    Matrix[] data = Clusters.documentsAndQueries(10, 1000, 1, 64);
    HnswIndex index =
        HnswIndex.of(
            PlainKernels.PLAIN, Loop.sequential(), data[0], settings(Similarity.COSINE, 8, 20));
    float[] query = data[1].row(0);
    IntPredicate even = d -> d % 2 == 0;
    for (int round = 0; round < 50; round++) {
      index.search(query, 10, 100);
      index.search(query, 10, 100, even);
    }
    var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    for (int round = 0; round < 100; round++) {
      index.search(query, 10, 100);
      index.search(query, 10, 100, even);
    }
    long each = (thread.getCurrentThreadAllocatedBytes() - before) / 200;
    assertTrue(each <= 600, each + " bytes"); // ten hits of 24, arrays of them, a list
  }

  @Test
  void anEmptyIndexFindsNothing() {
    HnswIndex index = new HnswIndex(BEST, Loop.sequential(), 3, HnswSettings.STANDARD);
    assertEquals(List.of(), index.search(new float[] {1, 2, 3}, 5, 10));
    assertEquals(List.of(), index.search(Matrix.zeros(0, 3), 5, 10));
    assertEquals(0, index.size());
    assertEquals(3, index.dimension());
    assertEquals(HnswSettings.STANDARD, index.settings());
    assertEquals(0, index.compacted().size());
    Bm25Test.assertMessage("document is 0: the index is empty", () -> index.delete(0));
  }

  @Test
  void badInputIsNamedAndNothingIsAdded() {
    HnswIndex index =
        HnswIndex.of(
            BEST, Loop.sequential(), Matrix.of(new float[][] {{1, 2}}), HnswSettings.STANDARD);
    Bm25Test.assertMessage(
        "document 1 has NaN at dimension 0: it must be finite",
        () -> index.addAll(Matrix.of(new float[][] {{1, 3}, {Float.NaN, 0}})));
    Bm25Test.assertMessage(
        "document 0 has length 1.1805916207174113E21: it must be 0, or 1.0E-15 to 1.0E15 for products in float",
        () -> index.add(new float[] {0x1p70f, 0}));
    assertEquals(1, index.size());
    Bm25Test.assertMessage(
        "a document has 3 dimensions and the index 2: both must come from one model",
        () -> index.add(new float[3]));
    Bm25Test.assertMessage(
        "a query has 3 dimensions and a document 2: both must come from one model",
        () -> index.search(new float[3], 1, 1));
    Bm25Test.assertMessage(
        "query 1 has -Infinity at dimension 1: it must be finite",
        () -> index.search(Matrix.of(new float[][] {{1, 1}, {0, Float.NEGATIVE_INFINITY}}), 1, 1));
    Bm25Test.assertMessage(
        "k is 0: it must be at least 1", () -> index.search(new float[] {1, 1}, 0, 1));
    Bm25Test.assertMessage(
        "ef is 0: it must be at least 1", () -> index.search(new float[] {1, 1}, 1, 0));
    Bm25Test.assertMessage("document is 1: it must be in 0..0", () -> index.delete(1));
    Bm25Test.assertMessage("document is -1: it must be in 0..0", () -> index.isDeleted(-1));
    Bm25Test.assertMessage(
        "dimension is 0: it must be at least 1",
        () -> new HnswIndex(BEST, Loop.sequential(), 0, HnswSettings.STANDARD));
    Bm25Test.assertMessage("M is 1: it must be in 2..512", () -> settings(Similarity.DOT, 1, 10));
    Bm25Test.assertMessage(
        "M is 513: it must be in 2..512", () -> settings(Similarity.DOT, 513, 10));
    Bm25Test.assertMessage(
        "efConstruction is 0: it must be in 1..100000", () -> settings(Similarity.DOT, 2, 0));
  }

  @Test
  void whatPassesAnArrayIsRefusedBeforeMemoryIsTaken() {
    HnswIndex wide = new HnswIndex(BEST, Loop.sequential(), 1 << 30, HnswSettings.STANDARD);
    assertEquals(0, wide.size());
    HnswState state = new HnswState(BEST, 384, HnswSettings.STANDARD);
    Bm25Test.assertMessage(
        "5592406 documents of dimension 384 with M = 16 pass the 5592405 whose vectors and links an array holds",
        () -> state.room(5_592_406));
    HnswState narrow = new HnswState(BEST, 2, HnswSettings.STANDARD);
    assertEquals(65_075_261, narrow.checkRoom(65_075_261));
    Bm25Test.assertMessage(
        "65075262 documents of dimension 2 with M = 16 pass the 65075261 whose vectors and links an array holds",
        () -> narrow.checkRoom(65_075_262));
  }

  @Test
  void standsWhereExactSearchStands() {
    Embedder lengths = new TextEmbedder(2, text -> new float[] {1, text.length()});
    List<String> texts = List.of("a", "bb", "ccc", "dddddddd");
    HnswIndex index =
        HnswIndex.of(BEST, Loop.sequential(), lengths.embed(texts), HnswSettings.STANDARD);
    Retriever meaning = new HnswRetriever(lengths, index, 10);
    assertEquals(List.of(1, 2), documents(meaning.search("xx", 2)));
    Retriever hybrid =
        new HybridRetriever(
            new ReciprocalRankFusion(60), List.of(new HybridRetriever.Leg(meaning, 3)));
    assertEquals(List.of(3, 2), documents(hybrid.search("xxxxxxxxxx", 2)));
    assertFalse(meaning.search(List.of("x", "y"), 1).isEmpty());
    Bm25Test.assertMessage(
        "the embedder gives 2 dimensions and the documents have 3: both must be of one model",
        () ->
            new HnswRetriever(
                lengths, new HnswIndex(BEST, Loop.sequential(), 3, HnswSettings.STANDARD), 1));
    Bm25Test.assertMessage(
        "ef is 0: it must be at least 1", () -> new HnswRetriever(lengths, index, 0));
  }
}
