package org.workedanswers.lucene;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.BagOfWords;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.FixedChunker;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.ingest.TestSource;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.PassageStore;

/** A program that takes a collection into an index, for a test that kills it. */
final class KilledIngestion {
  private static final int D = 8;
  private static final int DOCUMENTS = 300;

  private KilledIngestion() {}

  /** Takes a version of the collection in, and names each document that is stored. */
  public static void main(String[] args) {
    try (PassageStore store = open(Path.of(args[0]))) {
      PassageStore telling =
          (PassageStore)
              Proxy.newProxyInstance(
                  KilledIngestion.class.getClassLoader(),
                  new Class<?>[] {PassageStore.class},
                  (proxy, method, arguments) -> {
                    Object result = method.invoke(store, arguments);
                    if (method.getName().equals("putAll")) {
                      StringBuilder lines = new StringBuilder();
                      for (Object entry : (List<?>) arguments[0]) {
                        lines.append(((Entry) entry).document()).append('\n');
                      }
                      System.out.print(lines);
                    }
                    return result;
                  });
      ingest(telling, Integer.parseInt(args[1]));
    }
  }

  static PassageStore open(Path folder) {
    return LuceneStore.open(
        folder, new LuceneStore.Settings(D, new EnglishAnalyzer(), "English", 0.9f, 0.4f));
  }

  static IngestReport ingest(PassageStore store, int version) {
    PassageCutter cutter =
        new PassageCutter(new FixedChunker(new ChunkSize(Tokens.WORDS, 9, 2)), "9-2");
    return new Ingestion(store, BagOfWords.embedder(D), cutter, StepObserver.NONE)
        .run(Listing.of(version(version)), Ingestion.Progress.NONE);
  }

  /** A third of the documents are of this version, others of earlier ones; some are missing. */
  static List<DocumentSource> version(int version) {
    List<DocumentSource> sources = new ArrayList<>();
    for (int d = 0; d < DOCUMENTS; d++) {
      int of = version - (version + d) % 3;
      SeededRandom random = new SeededRandom(d).split(of);
      if (random.below(20) > 0) {
        StringBuilder text = new StringBuilder("version" + of);
        for (int w = random.below(60); w > 0; w--) {
          text.append(" word").append(random.below(50));
        }
        sources.add(new TestSource("document " + d, "", text.toString()));
      }
    }
    return sources;
  }
}
