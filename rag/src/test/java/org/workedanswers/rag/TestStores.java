package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Loop;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.rag.chunk.Chunker;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.ingest.TestSource;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.store.MemoryStore;

/** Stores for tests, in memory. */
public final class TestStores {
  private TestStores() {}

  /** An empty store. */
  public static MemoryStore empty(int dimension) {
    return new MemoryStore(
        PlainKernels.PLAIN,
        Loop.sequential(),
        dimension,
        new EnglishAnalyzer(),
        Bm25.Settings.STANDARD);
  }

  /** A store of the documents d0, d1 ... with these texts. */
  public static MemoryStore of(Embedder embedder, Chunker chunker, String... texts) {
    MemoryStore store = empty(embedder.dimension());
    List<DocumentSource> sources = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      sources.add(new TestSource("d" + i, "", texts[i]));
    }
    new Ingestion(store, embedder, new PassageCutter(chunker, "chunker"), StepObserver.NONE)
        .run(Listing.of(sources), Ingestion.Progress.NONE);
    return store;
  }
}
