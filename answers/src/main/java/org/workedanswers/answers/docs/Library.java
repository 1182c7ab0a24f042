package org.workedanswers.answers.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.workedanswers.answers.CacheFolder;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.RerankOptions;
import org.workedanswers.answers.SentenceModel;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.documents.DocumentFolder;
import org.workedanswers.langchain4j.OnnxReranker;
import org.workedanswers.lucene.LuceneStore;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.Chunker;
import org.workedanswers.rag.chunk.FixedChunker;
import org.workedanswers.rag.chunk.RecursiveChunker;
import org.workedanswers.rag.chunk.SemanticChunker;
import org.workedanswers.rag.chunk.SentenceChunker;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.LateInteraction;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.store.PassageStore;

/**
 * The documents of a folder in an index on disk: Lucene's for words and for the embeddings of
 * all-MiniLM-L6-v2, which runs in this process.
 */
public final class Library implements AutoCloseable {
  private static final double PERCENTILE = 90;

  private final LibraryOptions options;
  private final RerankOptions rerank;
  private final Kernels kernels;
  private final Optional<OnnxReranker> crossEncoder;
  private final DocumentFolder folder;
  private final SentenceModel model;
  private final Embedder embedder;
  private final PassageStore store;

  /**
   * Opens the index of a folder, or begins one.
   *
   * @throws IllegalArgumentException if an option is wrong
   * @throws org.workedanswers.rag.store.StoreException if the index can't be opened
   */
  public Library(LibraryOptions options, RerankOptions rerank, Workbench bench) {
    this.options = options;
    this.rerank = rerank;
    this.kernels = bench.kernels();
    options.search(); // wrong options are told before a model is read
    new ChunkSize(Tokens.WORDS, options.chunk, options.overlap);
    folder = new DocumentFolder(options.docs);
    Check.that(Files.exists(options.docs), "--docs: there is no folder %s", options.docs);
    Check.that(Files.isDirectory(options.docs), "--docs: %s is no folder", options.docs);
    Path place = IndexPlace.of(options.docs, options.index, CacheFolder.standard());
    options.embedder.check();
    crossEncoder = rerank.crossEncoder();
    store =
        LuceneStore.open(
            place,
            new LuceneStore.Settings(MiniLm.WIDTH, new EnglishAnalyzer(), "English", 0.9f, 0.4f));
    try {
      model = options.embedder.open(bench);
      embedder = model.embedder();
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  /** Takes in what is new or has changed. */
  public IngestReport ingest() {
    Progress progress = Progress.of("documents", 1);
    IngestReport report =
        new Ingestion(store, embedder, cutter(), StepObserver.NONE)
            .run(folder.list(), (documents, all, embedded) -> progress.at(documents, all));
    progress.end();
    return report;
  }

  private PassageCutter cutter() {
    Tokens tokens = model.tokens();
    ChunkSize size = new ChunkSize(tokens, options.chunk, options.overlap);
    Chunker chunker =
        switch (options.cut) {
          case FIXED -> new FixedChunker(size);
          case SENTENCE -> new SentenceChunker(size);
          case RECURSIVE -> new RecursiveChunker(size);
          case SEMANTIC -> new SemanticChunker(embedder, tokens, options.chunk, PERCENTILE);
        };
    return new PassageCutter(
        chunker, options.cut + " " + options.chunk + " " + options.overlap + " MiniLM");
  }

  /** A search of what is there. */
  public PassageSearch search() {
    Optional<Reranker> by =
        rerank.lateInteraction()
            ? Optional.of(new LateInteraction(model.tokenEmbedder(), kernels))
            : crossEncoder.map(Reranker.class::cast);
    SearchSettings settings = options.search();
    return new PassageSearch(
        store,
        embedder,
        by,
        settings.with(
            by.isPresent() ? rerank.candidates() : settings.candidates(), settings.results()));
  }

  /** Where the passages are. */
  public PassageStore store() {
    return store;
  }

  /** What tells how close texts are. */
  public Embedder embedder() {
    return embedder;
  }

  @Override
  public void close() {
    store.close();
    model.close();
    // A method reference would look ONNX Runtime's classes up where there is no reranker.
    if (crossEncoder.isPresent()) {
      crossEncoder.get().close();
    }
  }
}
