package org.workedanswers.answers.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lucene.LuceneStore;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.store.PassageStore;

/**
 * A hundred thousand definitions go into an index on disk while two threads search it. Vectors are
 * made of words' random directions, so that the store is measured and not the embedding.
 */
@Tag("long")
class LoadTest {
  private static final int D = 384;
  private static final int DOCUMENTS = 100_000;

  @TempDir Path folder;

  /** A text's vector is the sum of its words' random directions. */
  private static final class Words implements Embedder {
    private final EnglishAnalyzer analyzer = new EnglishAnalyzer();
    private final Matrix directions = new SeededRandom(1).gaussian(4096, D, 1);

    @Override
    public int dimension() {
      return D;
    }

    @Override
    public Matrix embed(List<String> texts) {
      Matrix e = Matrix.zeros(texts.size(), D);
      for (int i = 0; i < e.rows(); i++) {
        e.set(i, 0, 1e-3f);
        for (String term : analyzer.terms(texts.get(i))) {
          int row = Math.floorMod(term.hashCode() * 0x9e3779b9, directions.rows());
          for (int j = 0; j < D; j++) {
            e.set(i, j, e.get(i, j) + directions.get(row, j));
          }
        }
      }
      return e;
    }
  }

  private record Source(WordNet.Synset entry) implements DocumentSource {
    @Override
    public String id() {
      return entry.id();
    }

    @Override
    public String stamp() {
      return entry.definition();
    }

    @Override
    public Document read() {
      return new Document(entry.names(), entry.definition(), Map.of());
    }
  }

  @Test
  void aHundredThousandGoInWhileTwoThreadsSearch() throws Exception {
    List<WordNet.Synset> entries = WordNet.wordNet().synsets().subList(0, DOCUMENTS);
    List<DocumentSource> sources = new ArrayList<>();
    entries.forEach(e -> sources.add(new Source(e)));
    Words embedder = new Words();
    PassageCutter whole = new PassageCutter(text -> List.of(new Span(0, text.length())), "whole");
    LuceneStore.Settings settings =
        new LuceneStore.Settings(D, new EnglishAnalyzer(), "English", 0.9f, 0.4f);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (PassageStore store = LuceneStore.open(folder.resolve("index"), settings)) {
      PassageSearch search =
          new PassageSearch(store, embedder, Optional.empty(), SearchSettings.STANDARD);
      List<Future<List<Long>>> searching = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        SeededRandom random = new SeededRandom(t);
        searching.add(threads.submit(() -> search(search, entries, random, done)));
      }
      long start = System.nanoTime();
      IngestReport report =
          new Ingestion(store, embedder, whole, StepObserver.NONE)
              .run(Listing.of(sources), Ingestion.Progress.NONE);
      double seconds = (System.nanoTime() - start) / 1e9;
      done.set(true);
      List<Long> beside = new ArrayList<>();
      for (Future<List<Long>> s : searching) {
        beside.addAll(s.get());
      }
      assertEquals(DOCUMENTS, report.added().size());
      assertEquals(DOCUMENTS, store.size());
      long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      say("ingested %,.0f documents a second, %.0f s in all", DOCUMENTS / seconds, seconds);
      say("beside it %,.0f searches a second on two threads", beside.size() / seconds);
      say(
          "of which the median took %.1f ms, 99 %% less than %.1f ms",
          at(beside, 0.5), at(beside, 0.99));
      say(
          "heap in use at the end %,d MB of %,d",
          used >> 20, Runtime.getRuntime().maxMemory() >> 20);
      AtomicBoolean stop = new AtomicBoolean();
      List<Future<List<Long>>> alone = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        SeededRandom random = new SeededRandom(9 + t);
        alone.add(threads.submit(() -> search(search, entries, random, stop)));
      }
      Thread.sleep(10_000);
      stop.set(true);
      List<Long> quiet = new ArrayList<>();
      for (Future<List<Long>> s : alone) {
        quiet.addAll(s.get());
      }
      say(
          "afterwards %,.0f searches a second, median %.1f ms, 99 %% less than %.1f ms",
          quiet.size() / 10.0, at(quiet, 0.5), at(quiet, 0.99));
      assertTrue(quiet.size() > 0 && beside.size() > 0);
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
  }

  /** Searches for definitions until told to end; nanoseconds of each search. */
  private static List<Long> search(
      PassageSearch search, List<WordNet.Synset> entries, SeededRandom random, AtomicBoolean done) {
    List<Long> nanos = new ArrayList<>();
    while (!done.get()) {
      String[] words = entries.get(random.below(entries.size())).definition().split(" ");
      String query = String.join(" ", Arrays.copyOf(words, Math.min(5, words.length)));
      if (!query.isBlank()) {
        long start = System.nanoTime();
        search.passages(query);
        nanos.add(System.nanoTime() - start);
      }
    }
    return nanos;
  }

  private static double at(List<Long> nanos, double share) {
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return sorted.get((int) (share * (sorted.size() - 1))) / 1e6;
  }

  private static void say(String format, Object... values) {
    System.out.println("  " + String.format(Locale.ROOT, format, values));
  }
}
