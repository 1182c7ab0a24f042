package org.workedanswers.rag.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.BagOfWords;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.TestStores;
import org.workedanswers.rag.TextEmbedder;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.FixedChunker;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.StoreException;

class IngestionTest {
  private static final int D = 5;
  private static final PassageCutter CUTTER = cutter(4, 1);

  private static PassageCutter cutter(int size, int overlap) {
    return new PassageCutter(
        new FixedChunker(new ChunkSize(Tokens.WORDS, size, overlap)), size + "-" + overlap);
  }

  private static MemoryStore store() {
    return TestStores.empty(D);
  }

  private static Ingestion into(MemoryStore store, Embedder embedder) {
    return new Ingestion(store, embedder, CUTTER, StepObserver.NONE);
  }

  private static Listing listing(DocumentSource... sources) {
    return Listing.of(List.of(sources));
  }

  /** What a store must hold, worked out without one. */
  private static Map<String, List<String>> expected(Map<String, TestSource> sources) {
    Map<String, List<String>> texts = new TreeMap<>();
    for (TestSource s : sources.values()) {
      String[] words = s.text().isEmpty() ? new String[0] : s.text().split(" ");
      List<String> passages = new ArrayList<>();
      for (int i = 0; i < words.length; i += 3) {
        passages.add(String.join(" ", List.of(words).subList(i, Math.min(i + 4, words.length))));
        if (i + 4 >= words.length) {
          break;
        }
      }
      texts.put(s.id(), passages);
    }
    return texts;
  }

  private static Map<String, List<String>> held(MemoryStore store) {
    Map<String, List<String>> texts = new TreeMap<>();
    for (String id : store.documents().keySet()) {
      texts.put(id, store.passages(id).stream().map(Passage::text).toList());
    }
    return texts;
  }

  @Test
  void aStoreFollowsWhatThePlaceHolds() {
    SeededRandom random = new SeededRandom(1);
    List<String> embedded = new ArrayList<>();
    Embedder embedder = BagOfWords.embedder(D, embedded::add);
    try (MemoryStore store = store()) {
      Map<String, TestSource> place = new TreeMap<>();
      for (int round = 0; round < 40; round++) {
        Map<String, TestSource> before = new TreeMap<>(place);
        for (int change = random.below(6); change > 0; change--) {
          String id = "d" + random.below(9);
          if (random.below(3) == 0) {
            place.remove(id);
          } else {
            StringBuilder text = new StringBuilder();
            for (int w = random.below(30); w > 0; w--) {
              text.append(text.length() == 0 ? "" : " ").append("word").append(random.below(5));
            }
            place.put(id, new TestSource(id, random.below(4) == 0 ? "new" : "", text.toString()));
          }
        }
        Set<String> known = new HashSet<>(); // id, title and text of passages that have a vector
        expected(before)
            .forEach((id, texts) -> texts.forEach(t -> known.add(id + before.get(id).title() + t)));
        embedded.clear();
        IngestReport report =
            into(store, embedder)
                .run(Listing.of(List.copyOf(place.values())), Ingestion.Progress.NONE);
        assertEquals(expected(place), held(store));
        Set<String> added = new HashSet<>(place.keySet());
        added.removeAll(before.keySet());
        assertEquals(added, Set.copyOf(report.added()));
        Set<String> removed = new HashSet<>(before.keySet());
        removed.removeAll(place.keySet());
        assertEquals(removed, Set.copyOf(report.removed()));
        Set<String> changed =
            place.keySet().stream()
                .filter(id -> before.containsKey(id) && !before.get(id).equals(place.get(id)))
                .collect(Collectors.toSet());
        assertEquals(changed, Set.copyOf(report.changed()));
        assertEquals(place.size() - added.size() - changed.size(), report.unchanged());
        assertEquals(embedded.size(), report.embedded());
        for (String id : report.changed()) {
          String title = place.get(id).title();
          for (String text : Set.copyOf(expected(place).get(id))) {
            long times = expected(place).get(id).stream().filter(text::equals).count();
            long had =
                expected(before).get(id).stream()
                    .filter(t -> t.equals(text) && before.get(id).title().equals(title))
                    .count();
            assertTrue(times == 0 || had == 0 || known.contains(id + title + text));
          }
        }
        long most = 0; // equal texts of one document have a vector each
        for (String id : place.keySet()) {
          Map<String, Integer> had = new HashMap<>();
          if (before.containsKey(id) && before.get(id).title().equals(place.get(id).title())) {
            expected(before).get(id).forEach(t -> had.merge(t, 1, Integer::sum));
          }
          if (!place.get(id).equals(before.get(id))) {
            for (String text : expected(place).get(id)) {
              if (had.merge(text, -1, Integer::sum) < 0) {
                most++;
              }
            }
          }
        }
        assertEquals(most, report.embedded());
      }
    }
  }

  @Test
  void whatCannotBeReadIsToldAndKept() {
    try (MemoryStore store = store()) {
      Ingestion ingestion = into(store, BagOfWords.embedder(D));
      ingestion.run(
          listing(
              new TestSource("a", "", "one"),
              new TestSource("b", "", "two"),
              new TestSource("d", "", "four")),
          Ingestion.Progress.NONE);
      IngestReport report =
          ingestion.run(
              new Listing(
                  List.of(new TestSource("a", "", null), new TestSource("c", "", "bad \ud800 x")),
                  List.of(
                      new Listing.Skipped("sub", "no permission"),
                      new Listing.Skipped("d", "too large")),
                  "b"::equals),
              Ingestion.Progress.NONE);
      assertEquals(
          Map.of("a", List.of("one"), "b", List.of("two"), "d", List.of("four")), held(store));
      assertEquals(List.of(), report.removed());
      assertEquals(
          List.of("sub: no permission", "d: too large", "a: the disk has a hole"),
          report.skipped().subList(0, 3).stream().map(s -> s.id() + ": " + s.reason()).toList());
      assertTrue(report.skipped().get(3).reason().contains("half of a character"));
    }
  }

  @Test
  void aTextThatTheEmbedderRefusesTakesNoOtherWithIt() {
    Embedder picky =
        new TextEmbedder(
            D,
            text -> {
              if (text.contains("refused")) {
                throw new IllegalArgumentException("can't embed this");
              }
              return new float[] {1, 2, 3, 4, 5};
            });
    try (MemoryStore store = store()) {
      IngestReport report =
          into(store, picky)
              .run(
                  listing(
                      new TestSource("a", "", "one"),
                      new TestSource("b", "", "refused"),
                      new TestSource("c", "", "three")),
                  Ingestion.Progress.NONE);
      assertEquals(Set.of("a", "c"), store.documents().keySet());
      assertEquals(List.of("b"), report.skipped().stream().map(Listing.Skipped::id).toList());
      assertEquals(List.of("a", "c"), report.added());
    }
  }

  @Test
  void whateverEndsItWhatIsFinishedStays() {
    int[] calls = {0};
    Embedder fails =
        new TextEmbedder(
            D,
            text -> {
              if (calls[0]++ == 300) {
                throw new StoreException("the model has gone", null);
              }
              return new float[] {1, 2, 3, 4, 5};
            });
    List<DocumentSource> sources = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      sources.add(new TestSource("d" + i, "", "text " + i));
    }
    try (MemoryStore store = store()) {
      int[] finished = {0};
      assertThrows(
          StoreException.class,
          () ->
              into(store, fails)
                  .run(Listing.of(sources), (done, all, embedded) -> finished[0] = done));
      assertTrue(finished[0] >= 128, "finished " + finished[0]);
      assertEquals(finished[0], store.documents().size());
      IngestReport report = into(store, fails).run(Listing.of(sources), Ingestion.Progress.NONE);
      assertEquals(400, store.documents().size());
      assertEquals(finished[0], report.unchanged());
      assertEquals(400 - finished[0], report.added().size());
    }
  }

  @Test
  void anotherChunkerOrEmbedderTakesAllInAnew() {
    try (MemoryStore store = store()) {
      Listing listing = listing(new TestSource("a", "", "one two three four five six"));
      into(store, BagOfWords.embedder(D)).run(listing, Ingestion.Progress.NONE);
      IngestReport again =
          new Ingestion(store, BagOfWords.embedder(D), cutter(2, 0), StepObserver.NONE)
              .run(listing, Ingestion.Progress.NONE);
      assertEquals(List.of("a"), again.changed());
      assertEquals(3, again.embedded());
      Embedder other =
          new Embedder() {
            private final Embedder words = BagOfWords.embedder(D);

            @Override
            public int dimension() {
              return D;
            }

            @Override
            public String name() {
              return "other";
            }

            @Override
            public org.workedanswers.core.Matrix embed(List<String> texts) {
              return words.embed(texts);
            }
          };
      IngestReport anew =
          new Ingestion(store, other, cutter(2, 0), StepObserver.NONE)
              .run(listing, Ingestion.Progress.NONE);
      assertEquals(3, anew.embedded());
      assertEquals(0, anew.reused());
    }
  }

  @Test
  void textWithoutAPlaceToCutItIsCutAllTheSame() {
    String one = "x" + "🙂".repeat(PassageCutter.MAX_LENGTH);
    List<Passage> passages =
        new PassageCutter(
                text -> List.of(new org.workedanswers.rag.chunk.Span(1, 2 + text.length() - 2)),
                "all")
            .passages("x", new Document("t".repeat(999), " " + one, Map.of()));
    assertEquals(one, passages.stream().map(Passage::text).collect(Collectors.joining()));
    passages.forEach(p -> assertTrue(p.text().length() <= PassageCutter.MAX_LENGTH));
    assertEquals(PassageCutter.MAX_TITLE, passages.get(0).title().length());
    assertEquals(3, passages.stream().map(Passage::id).distinct().count());
  }

  @Test
  void wrongUseIsRefused() {
    try (MemoryStore store = store()) {
      assertTrue(
          assertThrows(
                  IllegalArgumentException.class, () -> into(store, BagOfWords.embedder(D + 1)))
              .getMessage()
              .contains("6 numbers and the store's 5"));
      Listing twice = listing(new TestSource("a", "", "x"), new TestSource("a", "", "y"));
      assertTrue(
          assertThrows(
                  IllegalArgumentException.class,
                  () -> into(store, BagOfWords.embedder(D)).run(twice, Ingestion.Progress.NONE))
              .getMessage()
              .contains("two documents have the id a"));
    }
  }

  @Test
  void stepsAreTold() {
    List<String> told = new ArrayList<>();
    StepObserver observer =
        step -> {
          told.add("begin " + step);
          return new StepObserver.Running() {
            @Override
            public StepObserver.Running with(String key, Object value) {
              told.add(key + "=" + value);
              return this;
            }

            @Override
            public void failed(Throwable failure) {
              told.add("failed " + failure.getMessage());
            }

            @Override
            public void close() {
              told.add("end " + step);
            }
          };
        };
    try (MemoryStore store = store()) {
      new Ingestion(store, BagOfWords.embedder(D), CUTTER, observer)
          .run(listing(new TestSource("a", "", "x")), Ingestion.Progress.NONE);
      assertEquals(
          List.of(
              "begin " + Step.INGEST,
              "inputs=1",
              "begin " + Step.EMBED,
              "model=",
              "inputs=1",
              "end " + Step.EMBED,
              "end " + Step.INGEST),
          told);
      told.clear();
      assertThrows(
          IllegalStateException.class,
          () ->
              observer.during(
                  Step.FUSE,
                  s -> {
                    throw new IllegalStateException("x");
                  }));
      assertEquals(List.of("begin FUSE", "failed x", "end FUSE"), told);
    }
  }
}
