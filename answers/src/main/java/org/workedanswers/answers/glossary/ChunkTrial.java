package org.workedanswers.answers.glossary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.FixedChunker;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.search.Surroundings;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.Passage;

/**
 * The glossary's entries written into four long documents, one a part of speech, which are cut into
 * chunks of a size and asked for the entries again: an entry is found where a chunk holds all of
 * it.
 *
 * @param size tokens of a chunk
 * @param overlap tokens that chunks share
 * @param whole share of entries that some chunk holds: no chunks found can hold more
 * @param firstByMeaning share of entries that the first chunk by meaning holds
 * @param first share of entries that the first chunk by both holds
 * @param inFive the same of the first five
 * @param inBudget the same of as many as {@value #BUDGET} tokens allow
 * @param inParent the same of the first with what stands around it, {@value #PARENT} characters
 */
record ChunkTrial(
    int size,
    int overlap,
    double whole,
    double firstByMeaning,
    double first,
    double inFive,
    double inBudget,
    double inParent) {
  /** Tokens that are read where chunks of different sizes are compared. */
  static final int BUDGET = 512;

  /** Characters of a parent: of 256 tokens, about. */
  static final int PARENT = 1000;

  private static final int FIVE = 5;

  /** The documents by part of speech, and where each entry stands. */
  private record Written(Map<String, String> documents, Map<String, Span> entries) {
    static Written of(List<WordNet.Synset> entries) {
      List<WordNet.Synset> sorted = new ArrayList<>(entries);
      sorted.sort(Comparator.comparing(WordNet.Synset::id));
      Map<String, StringBuilder> texts = new TreeMap<>();
      Map<String, Span> places = new HashMap<>();
      for (WordNet.Synset entry : sorted) {
        StringBuilder text = texts.computeIfAbsent(document(entry), d -> new StringBuilder());
        int from = text.length();
        text.append(Glossary.text(entry)).append('.');
        places.put(entry.id(), new Span(from, text.length()));
        text.append('\n');
      }
      Map<String, String> documents = new TreeMap<>();
      texts.forEach((d, text) -> documents.put(d, text.toString()));
      return new Written(documents, places);
    }

    boolean isIn(WordNet.Synset entry, Passage passage) {
      Span span = entries.get(entry.id());
      return passage.document().equals(document(entry))
          && passage.from() <= span.from()
          && passage.to() >= span.to();
    }
  }

  private static String document(WordNet.Synset entry) {
    return entry.id().substring(0, 1);
  }

  /** What was tried last: claims of one run try the same. */
  private static final Map<List<Long>, ChunkTrial> LAST = new HashMap<>();

  private static final int MOST = 100;

  /** Tries sizes on the glossary that a workbench's seed draws, a pair of size and overlap each. */
  static List<ChunkTrial> of(Workbench bench, int[][] sizes) {
    synchronized (LAST) {
      if (!Arrays.stream(sizes).allMatch(s -> LAST.containsKey(key(bench, s)))) {
        if (LAST.size() > MOST) {
          LAST.clear();
        }
        Glossary.with(bench, Glossary.ENTRIES, g -> tried(bench, g, sizes));
      }
      return Arrays.stream(sizes).map(s -> LAST.get(key(bench, s))).toList();
    }
  }

  private static List<Long> key(Workbench bench, int[] size) {
    return List.of(bench.seed(), (long) size[0], (long) size[1]);
  }

  private static Void tried(Workbench bench, Glossary glossary, int[][] sizes) {
    List<WordNet.Synset> entries = new ArrayList<>(glossary.held());
    entries.addAll(glossary.missing());
    Written written = Written.of(entries);
    Tokens tokens = MiniLm.model().sentences(bench.kernels(), bench.loop()).chunkTokens();
    for (int[] size : sizes) {
      if (!LAST.containsKey(key(bench, size))) {
        LAST.put(key(bench, size), of(bench, glossary, written, tokens, size[0], size[1]));
      }
    }
    return null;
  }

  private static ChunkTrial of(
      Workbench bench, Glossary glossary, Written written, Tokens tokens, int size, int overlap) {
    List<DocumentSource> sources = new ArrayList<>();
    written.documents().forEach((id, text) -> sources.add(new TextSource(id, text)));
    PassageCutter cutter =
        new PassageCutter(
            new FixedChunker(new ChunkSize(tokens, size, overlap)), size + " " + overlap);
    try (MemoryStore store =
        new MemoryStore(
            bench.kernels(),
            bench.loop(),
            glossary.embedder().dimension(),
            new EnglishAnalyzer(),
            Bm25.Settings.STANDARD)) {
      new Ingestion(store, glossary.embedder(), cutter, StepObserver.NONE)
          .run(Listing.of(sources), Ingestion.Progress.NONE);
      SearchSettings settings = SearchSettings.STANDARD.with(100, Math.max(FIVE, BUDGET / size));
      PassageSearch both =
          new PassageSearch(store, glossary.embedder(), Optional.empty(), settings);
      PassageSearch meaning =
          new PassageSearch(
              store, glossary.embedder(), Optional.empty(), settings.withDepths(0, 100));
      int[] found = new int[6];
      for (WordNet.Synset entry : glossary.held()) {
        String question = Glossary.question(entry);
        List<Passage> ranked = both.passages(question).stream().map(Found::passage).toList();
        Passage first = ranked.get(0);
        found[0] += written.isIn(entry, meaning.passages(question).get(0).passage()) ? 1 : 0;
        found[1] += written.isIn(entry, first) ? 1 : 0;
        found[2] += isInAny(written, entry, ranked, FIVE);
        found[3] += isInAny(written, entry, ranked, Math.max(1, BUDGET / size));
        found[5] += isInAny(written, entry, store.passages(document(entry)), Integer.MAX_VALUE);
        found[4] += written.isIn(entry, Surroundings.of(store, first, PARENT)) ? 1 : 0;
      }
      double n = glossary.held().size();
      return new ChunkTrial(
          size,
          overlap,
          found[5] / n,
          found[0] / n,
          found[1] / n,
          found[2] / n,
          found[3] / n,
          found[4] / n);
    }
  }

  private static int isInAny(
      Written written, WordNet.Synset entry, List<Passage> ranked, int most) {
    return ranked.stream().limit(most).anyMatch(p -> written.isIn(entry, p)) ? 1 : 0;
  }
}
