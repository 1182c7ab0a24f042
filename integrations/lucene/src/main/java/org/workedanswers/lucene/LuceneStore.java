package org.workedanswers.lucene;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.workedanswers.core.Check;
import org.workedanswers.rag.Analyzer;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreException;

/**
 * A store on disk: words and embeddings in one Lucene index, by Lucene's BM25 and its HNSW graph.
 *
 * <ul>
 *   <li>{@link #put} is on disk when it returns: a few milliseconds, so documents come faster by
 *       {@link #putAll}, which writes them all at once. After a crash, or where a write fails, the
 *       index is what it was after the last call that returned.
 *   <li>The graph may miss some passages. Lucene searches each part of the index to a depth of k,
 *       100 at least here; parts are merged as they become many.
 *   <li>An index is of one dimension and one analyzer; opened with others it is refused.
 *   <li>One process at a time holds an index open.
 * </ul>
 */
public final class LuceneStore implements PassageStore {
  /** The most numbers of an embedding. */
  public static final int MAX_DIMENSION = LongVectorsCodec.MAX_DIMENSION;

  /** The most different words of a query: Lucene's limit. */
  public static final int MAX_WORDS = 1024;

  private static final String FORMAT = "1";
  private static final int LEAST_DEPTH = 100;

  private final Path folder;
  private final Settings settings;
  private final Directory directory;
  private IndexWriter writer;
  private SearcherManager searchers;
  private boolean closed;

  /**
   * What an index is made with.
   *
   * @param dimension d, 1..{@value LuceneStore#MAX_DIMENSION}
   * @param analyzer what cuts passages and queries into terms
   * @param analyzerName what tells one analyzer from another when an index is opened again
   * @param k1 of BM25
   * @param b of BM25
   */
  public record Settings(int dimension, Analyzer analyzer, String analyzerName, float k1, float b) {
    /** Checks the ranges. */
    public Settings {
      Check.range("the dimension", dimension, 1, MAX_DIMENSION);
      Check.that(!analyzerName.isBlank(), "the analyzer has no name");
      Check.that(k1 >= 0 && Float.isFinite(k1), "k1 is %s: it must not be negative", k1);
      Check.that(b >= 0 && b <= 1, "b is %s: it must be 0..1", b);
    }
  }

  private LuceneStore(Path folder, Settings settings, Directory directory) {
    this.folder = folder;
    this.settings = settings;
    this.directory = directory;
  }

  /**
   * Opens an index, or makes one where the folder is missing or empty.
   *
   * @throws IllegalArgumentException if the folder holds other files than an index of this store,
   *     or an index of another dimension, analyzer or version
   * @throws StoreException if it can't be read or written, is damaged, or another process has it
   *     open
   */
  public static LuceneStore open(Path folder, Settings settings) {
    Directory directory = null;
    try {
      Files.createDirectories(folder);
      directory = FSDirectory.open(folder);
      if (DirectoryReader.indexExists(directory)) {
        checkIndex(folder, directory, settings);
      } else {
        checkEmpty(folder);
      }
      LuceneStore store = new LuceneStore(folder, settings, directory);
      store.begin();
      return store;
    } catch (IOException | RuntimeException e) {
      closeQuietly(directory);
      if (e instanceof IOException io) {
        throw failure("open", folder, io);
      }
      throw (RuntimeException) e;
    }
  }

  private static void checkEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> others = files.filter(f -> !f.endsWith(IndexWriter.WRITE_LOCK_NAME)).toList();
      Check.that(
          others.isEmpty(),
          "%s holds %s, and no index: an index needs a folder of its own",
          folder,
          others.isEmpty() ? "" : others.get(0).getFileName());
    }
  }

  private static void checkIndex(Path folder, Directory directory, Settings settings)
      throws IOException {
    Map<String, String> made;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      made = reader.getIndexCommit().getUserData();
    }
    for (Map.Entry<String, String> e : data(settings).entrySet()) {
      String is = made.get(e.getKey());
      Check.that(
          e.getValue().equals(is),
          "the index in %s has %s %s and not %s: it must be made anew",
          folder,
          e.getKey(),
          is,
          e.getValue());
    }
  }

  /** What a commit says of the index. */
  private static Map<String, String> data(Settings settings) {
    Map<String, String> data = new TreeMap<>();
    data.put("format", FORMAT);
    data.put("dimension", Integer.toString(settings.dimension()));
    data.put("analyzer", settings.analyzerName());
    return data;
  }

  private void begin() throws IOException {
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(LongVectorsCodec.codec());
    config.setSimilarity(similarity());
    config.setCommitOnClose(false);
    writer = new IndexWriter(directory, config);
    try {
      writer.setLiveCommitData(data(settings).entrySet());
      writer.commit();
      searchers = new SearcherManager(directory, null);
    } catch (IOException | RuntimeException e) {
      writer.rollback();
      throw e;
    }
  }

  private BM25Similarity similarity() {
    return new BM25Similarity(settings.k1(), settings.b());
  }

  @Override
  public int dimension() {
    return settings.dimension();
  }

  /** Something that is done with a searcher. */
  private interface Search<T> {
    T run(IndexSearcher searcher) throws IOException;
  }

  private <T> T search(Search<T> search) {
    SearcherManager manager = searchers();
    try {
      IndexSearcher searcher = manager.acquire();
      try {
        searcher.setSimilarity(similarity());
        return search.run(searcher);
      } finally {
        manager.release(searcher);
      }
    } catch (IOException e) {
      throw failure("read", folder, e);
    }
  }

  private synchronized SearcherManager searchers() {
    checkOpen();
    return searchers;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  @Override
  public Map<String, String> documents() {
    return search(
        searcher -> {
          Map<String, String> documents = new TreeMap<>();
          for (Document d : all(searcher, new FieldExistsQuery(PassageFields.HEAD))) {
            documents.put(d.get(PassageFields.DOCUMENT), d.get(PassageFields.FINGERPRINT));
          }
          return documents;
        });
  }

  @Override
  public long size() {
    return search(searcher -> (long) searcher.count(new FieldExistsQuery(PassageFields.VECTOR)));
  }

  @Override
  public Map<String, float[]> embeddings(String document) {
    return search(
        searcher -> {
          Map<String, float[]> embeddings = new HashMap<>();
          for (Document d : all(searcher, only(document, PassageFields.VECTOR))) {
            embeddings.put(d.get(PassageFields.PASSAGE), PassageFields.embedding(d));
          }
          return embeddings;
        });
  }

  private static Query only(String document, String field) {
    return new BooleanQuery.Builder()
        .add(new TermQuery(new Term(PassageFields.DOCUMENT, document)), BooleanClause.Occur.FILTER)
        .add(new FieldExistsQuery(field), BooleanClause.Occur.FILTER)
        .build();
  }

  private static List<Document> all(IndexSearcher searcher, Query query) throws IOException {
    List<Document> documents = new ArrayList<>();
    int n = Math.max(1, searcher.getIndexReader().maxDoc());
    for (ScoreDoc hit : searcher.search(query, n).scoreDocs) {
      documents.add(searcher.storedFields().document(hit.doc));
    }
    return documents;
  }

  @Override
  public void put(Entry entry) {
    putAll(List.of(entry));
  }

  @Override
  public synchronized void putAll(List<Entry> entries) {
    checkOpen();
    entries.forEach(entry -> entry.checkDimension(settings.dimension()));
    Map<String, String> owners = new HashMap<>();
    Map<String, List<Document>> written = new HashMap<>();
    for (Entry entry : entries) {
      for (Passage passage : entry.passages()) {
        String owner = owners.getOrDefault(passage.id(), owner(passage));
        PassageStore.checkOwner(passage, owner);
        owners.put(passage.id(), passage.document());
      }
      written.put(entry.document(), fields(entry));
    }
    change(
        () -> {
          for (Map.Entry<String, List<Document>> e : written.entrySet()) {
            writer.updateDocuments(new Term(PassageFields.DOCUMENT, e.getKey()), e.getValue());
          }
        });
  }

  /** The document that has a passage of this id; the passage's own if none has. */
  private String owner(Passage passage) {
    return search(
        searcher -> {
          Query query = new TermQuery(new Term(PassageFields.PASSAGE, passage.id()));
          ScoreDoc[] hits = searcher.search(query, 1).scoreDocs;
          return hits.length == 0
              ? passage.document()
              : searcher.storedFields().document(hits[0].doc).get(PassageFields.DOCUMENT);
        });
  }

  private List<Document> fields(Entry entry) {
    List<Document> fields = new ArrayList<>();
    Document head = new Document();
    String id = PassageFields.term("a document's id", entry.document());
    head.add(new StringField(PassageFields.DOCUMENT, id, Field.Store.YES));
    head.add(new StoredField(PassageFields.FINGERPRINT, entry.fingerprint()));
    head.add(new NumericDocValuesField(PassageFields.HEAD, 1));
    fields.add(head);
    for (int i = 0; i < entry.passages().size(); i++) {
      Passage passage = entry.passages().get(i);
      List<String> terms = settings.analyzer().terms(passage.searched());
      terms.forEach(term -> PassageFields.term("a word of passage " + passage.id(), term));
      fields.add(PassageFields.of(passage, terms, entry.embeddings().row(i)));
    }
    return fields;
  }

  @Override
  public synchronized boolean remove(String document) {
    checkOpen();
    Term term = new Term(PassageFields.DOCUMENT, document);
    if (search(searcher -> searcher.count(new TermQuery(term))) == 0) {
      return false;
    }
    change(() -> writer.deleteDocuments(term));
    return true;
  }

  /** Something that changes the index. */
  private interface Change {
    void run() throws IOException;
  }

  /** Makes a change and writes it to disk, or leaves the index as it was. */
  private void change(Change change) {
    try {
      change.run();
      writer.setLiveCommitData(data(settings).entrySet());
      writer.commit();
      searchers.maybeRefreshBlocking();
    } catch (IOException | IllegalStateException e) {
      StoreException failure = failure("write", folder, e);
      beginAgain(failure);
      throw failure;
    }
  }

  /** Drops what the writer holds; if a new one can't be had the store is closed. */
  private void beginAgain(StoreException failure) {
    try {
      writer.rollback();
      searchers.close();
      begin();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
      close();
    }
  }

  @Override
  public List<Found> byWords(String query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    Map<String, Integer> terms = new TreeMap<>(); // how often the query has each
    settings.analyzer().terms(query).forEach(t -> terms.merge(t, 1, Integer::sum));
    Check.that(
        terms.size() <= MAX_WORDS,
        "the query has %d different words: at most %d can be asked for",
        terms.size(),
        MAX_WORDS);
    BooleanQuery.Builder words = new BooleanQuery.Builder();
    terms.forEach(
        (t, count) -> {
          Query term = new TermQuery(new Term(PassageFields.WORDS, t));
          words.add(new BoostQuery(term, count), BooleanClause.Occur.SHOULD);
        });
    Query only = PassageFields.query(filter);
    Query asked =
        only == null
            ? words.build()
            : new BooleanQuery.Builder()
                .add(words.build(), BooleanClause.Occur.MUST)
                .add(only, BooleanClause.Occur.FILTER)
                .build();
    return search(searcher -> found(searcher, asked, k, false));
  }

  @Override
  public List<Found> byMeaning(float[] query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    PassageStore.checkQuery(query, settings.dimension());
    float[] direction = PassageFields.direction(query);
    Query only = PassageFields.query(filter);
    return search(
        searcher -> {
          int depth = Math.min(Math.max(k, LEAST_DEPTH), searcher.getIndexReader().maxDoc());
          Query near =
              depth == 0
                  ? new MatchAllDocsQuery()
                  : new KnnFloatVectorQuery(PassageFields.VECTOR, direction, depth, only);
          return found(searcher, near, k, true);
        });
  }

  /** The k best, equal ones by their ids; a product's score is turned back into the product. */
  private static List<Found> found(IndexSearcher searcher, Query query, int k, boolean product)
      throws IOException {
    List<Found> found = new ArrayList<>();
    int n = Math.max(1, Math.min(k, searcher.getIndexReader().maxDoc()));
    for (ScoreDoc hit : searcher.search(query, n).scoreDocs) {
      double score = hit.score;
      double cosine = score >= 1 ? score - 1 : 1 - 1 / score;
      Passage passage = PassageFields.passage(searcher.storedFields().document(hit.doc));
      found.add(new Found(passage, product ? Math.max(-1, Math.min(1, cosine)) : score));
    }
    found.sort(
        (a, b) ->
            a.score() == b.score()
                ? a.passage().id().compareTo(b.passage().id())
                : Double.compare(b.score(), a.score()));
    return found;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeQuietly(searchers);
    try {
      writer.rollback(); // what was put is committed
    } catch (IOException e) {
      throw failure("close", folder, e);
    } finally {
      closeQuietly(directory);
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Exception e) {
      // The failure that led here is the one to tell of.
    }
  }

  private static StoreException failure(String what, Path folder, Exception e) {
    String why = e.getMessage();
    if (e instanceof LockObtainFailedException) {
      why = "another process has it open";
    } else if (e instanceof CorruptIndexException) {
      why = "it is damaged; delete the folder and take the documents in again";
    } else if (e instanceof IndexFormatTooNewException || e instanceof IndexFormatTooOldException) {
      why = "another version of Lucene wrote it; delete the folder and take the documents in again";
    } else if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
      why = "there is no folder " + e.getMessage();
    } else if (e instanceof FileSystemException f && f.getReason() != null) {
      why = f.getReason();
    }
    return new StoreException("can't " + what + " the index in " + folder + ": " + why, e);
  }
}
