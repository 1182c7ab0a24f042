package org.workedanswers.rag.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Analyzer;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.MaxScoreBm25;

/**
 * A store in memory, on {@link MaxScoreBm25} and {@link DenseIndex}: nothing is kept, nothing is
 * missed.
 *
 * <p>The first search after a change makes both indexes anew from all passages: some seconds for a
 * hundred thousand, of which a text's analysis is done once. Who changes a large collection while
 * it is searched wants a store that grows.
 */
public final class MemoryStore implements PassageStore {
  private final Kernels kernels;
  private final Loop loop;
  private final int dimension;
  private final Analyzer analyzer;
  private final Bm25.Settings settings;

  private final Map<String, Stored> documents = new TreeMap<>();
  private final Map<String, String> owners = new HashMap<>(); // passage to document
  private Snapshot snapshot; // null where it is older than the documents
  private boolean closed;

  /** A document with its passages' terms. */
  private record Stored(Entry entry, List<List<String>> terms) {}

  /**
   * What a search reads.
   *
   * @param passages by their ids, so that the lower number is the lower id
   */
  private record Snapshot(List<Passage> passages, MaxScoreBm25 words, DenseIndex meaning) {}

  /** A passage on its way into a snapshot. */
  private record Row(Passage passage, List<String> terms, Matrix embeddings, int row) {}

  /**
   * An empty store.
   *
   * @param kernels what products are computed with
   * @param loop the threads that a search by meaning is shared out over
   * @param dimension d
   * @param analyzer what cuts passages and queries into terms
   * @param settings of BM25
   * @throws IllegalArgumentException if {@code dimension < 1}
   */
  public MemoryStore(
      Kernels kernels, Loop loop, int dimension, Analyzer analyzer, Bm25.Settings settings) {
    this.kernels = kernels;
    this.loop = loop;
    this.dimension = Check.positive("the dimension", dimension);
    this.analyzer = analyzer;
    this.settings = settings;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public synchronized Map<String, String> documents() {
    open();
    Map<String, String> fingerprints = new TreeMap<>();
    documents.forEach((id, stored) -> fingerprints.put(id, stored.entry().fingerprint()));
    return fingerprints;
  }

  @Override
  public synchronized long size() {
    open();
    return owners.size();
  }

  @Override
  public void put(Entry entry) {
    entry.checkDimension(dimension);
    List<List<String>> terms =
        entry.passages().stream().map(p -> analyzer.terms(p.searched())).toList();
    Matrix copy = Matrix.zeros(entry.embeddings().rows(), dimension);
    for (int i = 0; i < copy.rows(); i++) {
      System.arraycopy(entry.embeddings().row(i), 0, copy.data(), copy.index(i, 0), dimension);
    }
    Entry kept = new Entry(entry.document(), entry.fingerprint(), entry.passages(), copy);
    synchronized (this) {
      open();
      for (Passage passage : kept.passages()) {
        PassageStore.checkOwner(passage, owners.getOrDefault(passage.id(), kept.document()));
      }
      take(kept.document());
      kept.passages().forEach(p -> owners.put(p.id(), p.document()));
      documents.put(kept.document(), new Stored(kept, terms));
    }
  }

  @Override
  public synchronized boolean remove(String document) {
    open();
    return take(document);
  }

  private boolean take(String document) {
    Stored stored = documents.remove(document);
    snapshot = null;
    if (stored == null) {
      return false;
    }
    stored.entry().passages().forEach(p -> owners.remove(p.id()));
    return true;
  }

  @Override
  public synchronized List<Passage> passages(String document) {
    open();
    Stored stored = documents.get(document);
    return stored == null
        ? List.of()
        : stored.entry().passages().stream().sorted(Passage.BY_PLACE).toList();
  }

  @Override
  public synchronized Map<String, float[]> embeddings(String document) {
    open();
    Stored stored = documents.get(document);
    if (stored == null) {
      return Map.of();
    }
    Map<String, float[]> embeddings = new HashMap<>();
    for (int i = 0; i < stored.entry().passages().size(); i++) {
      embeddings.put(
          stored.entry().passages().get(i).id(), stored.entry().embeddings().row(i).clone());
    }
    return embeddings;
  }

  @Override
  public List<Found> byWords(String query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    Snapshot s = snapshot();
    if (s.passages().isEmpty()) {
      return List.of();
    }
    List<String> terms = analyzer.terms(query);
    return filtered(s, k, filter, depth -> s.words().search(terms, depth));
  }

  @Override
  public List<Found> byMeaning(float[] query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    PassageStore.checkQuery(query, dimension);
    Snapshot s = snapshot();
    if (s.passages().isEmpty()) {
      return List.of();
    }
    return filtered(s, k, filter, depth -> s.meaning().search(query, depth));
  }

  /** Searches deeper until enough may be found, or there are no more. */
  private static List<Found> filtered(
      Snapshot s, int k, MetadataFilter filter, IntFunction<List<Hit>> search) {
    int n = s.passages().size();
    for (int depth = Math.min(k, n); ; depth = (int) Math.min(n, 4L * depth)) {
      List<Found> found = new ArrayList<>();
      List<Hit> hits = search.apply(depth);
      for (Hit hit : hits) {
        Passage passage = s.passages().get(hit.document());
        if (found.size() < k && filter.test(passage.metadata())) {
          found.add(new Found(passage, hit.score()));
        }
      }
      if (found.size() == k || hits.size() < depth || depth == n) {
        return found;
      }
    }
  }

  private synchronized Snapshot snapshot() {
    open();
    if (snapshot == null) {
      snapshot = make();
    }
    return snapshot;
  }

  private Snapshot make() {
    List<Row> rows = new ArrayList<>(owners.size());
    for (Stored stored : documents.values()) {
      for (int i = 0; i < stored.terms().size(); i++) {
        Passage passage = stored.entry().passages().get(i);
        rows.add(new Row(passage, stored.terms().get(i), stored.entry().embeddings(), i));
      }
    }
    rows.sort((a, b) -> a.passage().id().compareTo(b.passage().id()));
    List<Passage> passages = new ArrayList<>(rows.size());
    if (rows.isEmpty()) {
      return new Snapshot(passages, null, null);
    }
    List<List<String>> terms = new ArrayList<>(rows.size());
    Check.elements("embeddings", rows.size(), dimension);
    Matrix embeddings = Matrix.zeros(rows.size(), dimension);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      passages.add(row.passage());
      terms.add(row.terms());
      System.arraycopy(
          row.embeddings().row(row.row()), 0, embeddings.data(), embeddings.index(i, 0), dimension);
    }
    return new Snapshot(
        Collections.unmodifiableList(passages),
        new MaxScoreBm25(new Bm25(InvertedIndex.of(terms), settings)),
        new DenseIndex(kernels, loop, embeddings, DenseIndex.Similarity.COSINE));
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    documents.clear();
    owners.clear();
    snapshot = null;
  }
}
