package org.workedanswers.lucene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
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
 *   <li>An index is of one dimension and one analyzer; opened with others it is refused. Opening
 *       reads all files once, since a damaged one is refused too.
 *   <li>One process at a time holds an index open.
 * </ul>
 */
public final class LuceneStore implements PassageStore {
  /** The most numbers of an embedding. */
  public static final int MAX_DIMENSION = LongVectorsCodec.MAX_DIMENSION;

  /** The most different words of a query; Lucene has room for a filter beside them. */
  public static final int MAX_WORDS = 700;

  private static final String FORMAT = "1";
  private static final int LEAST_DEPTH = 100;
  private static final Sort BEST_FIRST =
      new Sort(SortField.FIELD_SCORE, new SortField(PassageFields.PASSAGE, SortField.Type.STRING));

  private final Settings settings;
  private final LuceneIndex index;

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

  private LuceneStore(Settings settings, LuceneIndex index) {
    this.settings = settings;
    this.index = index;
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
    Map<String, String> data = new TreeMap<>();
    data.put("format", FORMAT);
    data.put("dimension", Integer.toString(settings.dimension()));
    data.put("analyzer", settings.analyzerName());
    BM25Similarity similarity = new BM25Similarity(settings.k1(), settings.b());
    return new LuceneStore(settings, LuceneIndex.open(folder, data, similarity));
  }

  @Override
  public int dimension() {
    return settings.dimension();
  }

  @Override
  public Map<String, String> documents() {
    return index.search(
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
    return index.search(
        searcher -> (long) searcher.count(new FieldExistsQuery(PassageFields.VECTOR)));
  }

  @Override
  public List<Passage> passages(String document) {
    return index.search(
        searcher ->
            all(searcher, passagesOf(document)).stream()
                .map(PassageFields::passage)
                .sorted(Passage.BY_PLACE)
                .toList());
  }

  private static Query passagesOf(String document) {
    return new BooleanQuery.Builder()
        .add(new TermQuery(term(document)), BooleanClause.Occur.FILTER)
        .add(new FieldExistsQuery(PassageFields.VECTOR), BooleanClause.Occur.FILTER)
        .build();
  }

  @Override
  public Map<String, float[]> embeddings(String document) {
    return index.search(
        searcher -> {
          Map<String, float[]> embeddings = new HashMap<>();
          for (Document d : all(searcher, passagesOf(document))) {
            embeddings.put(d.get(PassageFields.PASSAGE), PassageFields.embedding(d));
          }
          return embeddings;
        });
  }

  private static Term term(String document) {
    return new Term(PassageFields.DOCUMENT, document);
  }

  private static List<Document> all(IndexSearcher searcher, Query query) throws IOException {
    List<Document> documents = new ArrayList<>();
    int n = Math.max(1, searcher.count(query)); // room is taken for each
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
    index.checkOpen();
    Batch batch = new Batch();
    IllegalArgumentException refused = null;
    for (Entry entry : entries) {
      try {
        batch.add(entry);
      } catch (IllegalArgumentException e) {
        refused = e;
        break;
      }
    }
    index.change(
        writer -> {
          for (Map.Entry<String, List<Document>> e : batch.written.entrySet()) {
            writer.updateDocuments(term(e.getKey()), e.getValue());
          }
        });
    if (refused != null) {
      throw refused;
    }
  }

  /** Entries that are written together, each checked as if those ahead of it were there. */
  private final class Batch {
    private final Map<String, List<Document>> written = new LinkedHashMap<>();
    private final Map<String, String> owners = new HashMap<>(); // of the batch's passages

    void add(Entry entry) {
      entry.checkDimension(settings.dimension());
      List<Document> fields = PassageFields.of(entry, settings.analyzer());
      Set<String> ids = new HashSet<>();
      for (Passage passage : entry.passages()) {
        PassageStore.checkOwner(passage, owner(passage));
        ids.add(passage.id());
      }
      owners.values().removeIf(entry.document()::equals);
      ids.forEach(id -> owners.put(id, entry.document()));
      written.put(entry.document(), fields);
    }

    /** The document that has a passage of this id; the passage's own if none has. */
    private String owner(Passage passage) {
      String owner = owners.get(passage.id());
      if (owner == null) {
        owner = ownerInIndex(passage.id());
        owner =
            owner != null && written.containsKey(owner) ? null : owner; // it has other passages now
      }
      return owner == null ? passage.document() : owner;
    }
  }

  private String ownerInIndex(String passage) {
    Query query = new TermQuery(new Term(PassageFields.PASSAGE, passage));
    return index.search(
        searcher -> {
          ScoreDoc[] hits = searcher.search(query, 1).scoreDocs;
          return hits.length == 0
              ? null
              : searcher.storedFields().document(hits[0].doc).get(PassageFields.DOCUMENT);
        });
  }

  @Override
  public synchronized boolean remove(String document) {
    if (index.search(searcher -> searcher.count(new TermQuery(term(document)))) == 0) {
      return false;
    }
    index.change(writer -> writer.deleteDocuments(term(document)));
    return true;
  }

  @Override
  public synchronized void removeAll(Collection<String> documents) {
    Term[] terms = documents.stream().map(LuceneStore::term).toArray(Term[]::new);
    index.change(writer -> writer.deleteDocuments(terms));
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
    BooleanQuery.Builder asked =
        new BooleanQuery.Builder().add(words.build(), BooleanClause.Occur.MUST);
    if (!filter.equals(MetadataFilter.ALL)) {
      asked.add(PassageFields.query(filter), BooleanClause.Occur.FILTER);
    }
    return index.search(
        searcher -> found(searcher, asked.build(), k).stream().map(Hit::asItIs).toList());
  }

  @Override
  public List<Found> byMeaning(float[] query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    PassageStore.checkQuery(query, settings.dimension());
    float[] direction = PassageFields.direction(query);
    Query only = filter.equals(MetadataFilter.ALL) ? null : PassageFields.query(filter);
    return index.search(
        searcher -> {
          int depth = Math.min(Math.max(k, LEAST_DEPTH), searcher.getIndexReader().maxDoc());
          Query near =
              depth == 0
                  ? new MatchNoDocsQuery()
                  : new KnnFloatVectorQuery(PassageFields.VECTOR, direction, depth, only);
          return found(searcher, near, k).stream().map(Hit::asCosine).toList();
        });
  }

  /** A passage with Lucene's score. */
  private record Hit(Passage passage, float score) {
    Found asItIs() {
      return new Found(passage, score);
    }

    /** Lucene's score of an inner product x is x + 1, and 1 / (1 - x) where x is negative. */
    Found asCosine() {
      double cosine = score >= 1 ? score - 1.0 : 1 - 1.0 / score;
      return new Found(passage, Math.max(-1, Math.min(1, cosine)));
    }
  }

  private static List<Hit> found(IndexSearcher searcher, Query query, int k) throws IOException {
    List<Hit> found = new ArrayList<>();
    int n = Math.max(1, Math.min(k, searcher.getIndexReader().maxDoc()));
    for (ScoreDoc hit : searcher.search(query, n, BEST_FIRST, true).scoreDocs) {
      Document document = searcher.storedFields().document(hit.doc);
      found.add(new Hit(PassageFields.passage(document), hit.score));
    }
    return found;
  }

  @Override
  public synchronized void close() {
    index.close();
  }
}
