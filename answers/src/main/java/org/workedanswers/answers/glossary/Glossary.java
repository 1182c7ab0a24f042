package org.workedanswers.answers.glossary;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.RememberingEmbedder;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Check;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.store.MemoryStore;

/**
 * Entries of WordNet, a document each, in a store; two of three are in it, the third is left out.
 * Every entry is asked for by "What is ...?" with its first word, so there are questions whose
 * answer is there and questions whose answer is known not to be.
 *
 * @param held the entries that are documents; a document's id is the entry's
 * @param missing the entries that are not; none of their words is a held entry's
 * @param store the passages, one a document
 * @param embedder all-MiniLM-L6-v2
 */
public record Glossary(
    List<WordNet.Synset> held,
    List<WordNet.Synset> missing,
    MemoryStore store,
    RememberingEmbedder embedder) {
  /** Entries where no number is named. */
  public static final int ENTRIES = 300;

  /** One passage a document, whatever its length. */
  public static final PassageCutter WHOLE =
      new PassageCutter(text -> List.of(new Span(0, text.length())), "whole");

  /** Works on the glossary that a workbench's seed draws. */
  public static <T> T with(Workbench bench, int entries, Function<Glossary, T> work) {
    Check.range("entries", entries, 3, 10_000);
    List<WordNet.Synset> all = WordNet.wordNet().synsets();
    int[] order = bench.random("glossary").permutation(all.size());
    List<WordNet.Synset> held = new ArrayList<>();
    List<WordNet.Synset> missing = new ArrayList<>();
    Set<String> words = new HashSet<>(); // of entries that were drawn
    for (int i = 0; held.size() + missing.size() < entries; i++) {
      WordNet.Synset entry = all.get(order[i]);
      if (entry.words().stream().noneMatch(w -> words.contains(word(w)))) {
        entry.words().forEach(w -> words.add(word(w)));
        ((held.size() + missing.size()) % 3 == 2 ? missing : held).add(entry);
      }
    }
    return with(bench, held, missing, work);
  }

  /** Works on a glossary of these entries. */
  public static <T> T with(
      Workbench bench,
      List<WordNet.Synset> held,
      List<WordNet.Synset> missing,
      Function<Glossary, T> work) {
    SentenceEncoder model = MiniLm.model().sentences(bench.kernels(), bench.loop());
    try (MemoryStore store =
        new MemoryStore(
            bench.kernels(),
            bench.loop(),
            model.dimension(),
            new EnglishAnalyzer(),
            Bm25.Settings.STANDARD)) {
      Glossary glossary = new Glossary(held, missing, store, new RememberingEmbedder(model));
      glossary.ingest(texts(held));
      return work.apply(glossary);
    }
  }

  /** The entries as documents: texts by ids. */
  public static Map<String, String> texts(List<WordNet.Synset> entries) {
    Map<String, String> texts = new LinkedHashMap<>();
    entries.forEach(e -> texts.put(e.id(), text(e)));
    return texts;
  }

  /** Makes the store hold these documents: texts by ids. */
  public IngestReport ingest(Map<String, String> documents) {
    List<DocumentSource> sources = new ArrayList<>();
    documents.forEach((id, text) -> sources.add(new TextSource(id, text)));
    return new Ingestion(store, embedder, WHOLE, StepObserver.NONE)
        .run(Listing.of(sources), Ingestion.Progress.NONE);
  }

  /** What a document says: the words and the definition. */
  public static String text(WordNet.Synset entry) {
    return entry.names().replace('_', ' ') + ": " + entry.definition();
  }

  /** An entry's first word. */
  public static String word(WordNet.Synset entry) {
    return word(entry.words().get(0));
  }

  private static String word(String lemma) {
    return lemma.replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  /** What an entry is asked for by. */
  public static String question(WordNet.Synset entry) {
    return "What is " + word(entry) + "?";
  }

  /** The search that answers rest on. */
  public PassageSearch search() {
    return new PassageSearch(store, embedder, Optional.empty(), SearchSettings.STANDARD);
  }

  /** Answers by one quotation, without a language model. */
  public Answerer answerer(double leastEvidence) {
    return new Answerer(
        search(),
        store,
        embedder,
        Optional.empty(),
        new AnswerSettings(leastEvidence, 1, 0),
        StepObserver.NONE);
  }
}
