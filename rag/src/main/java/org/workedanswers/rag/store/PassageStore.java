package org.workedanswers.rag.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * Passages with their embeddings, by document, searched by words and by meaning.
 *
 * <ul>
 *   <li><b>All or nothing.</b> A search sees a document's passages as they were or as they are, and
 *       so does the next process after a crash; what {@link #put} or {@link #remove} returned from
 *       is kept, by stores that keep anything.
 *   <li><b>Order.</b> The best first, equal ones by their passages' ids.
 *   <li><b>Threads.</b> Any number may search while one changes the collection.
 *   <li><b>Failures.</b> What the store rests on may fail, a disk or a database: {@link
 *       StoreException}. A call after {@link #close} is an {@link IllegalStateException}.
 * </ul>
 */
public interface PassageStore extends AutoCloseable {
  /** d: how many numbers an embedding has. */
  int dimension();

  /** The documents that are there, each with the fingerprint that it was put with. */
  Map<String, String> documents();

  /** How many passages there are. */
  long size();

  /**
   * Takes a document in, in place of what was there of it.
   *
   * @throws IllegalArgumentException if its embeddings are of another dimension, or another
   *     document has a passage of one of its passages' ids; nothing is changed then
   */
  void put(Entry entry);

  /**
   * Takes documents in, one after the other, each as {@link #put} does; where one is refused those
   * ahead of it are in. A store may write them together, which is much faster where each writing
   * takes a while.
   */
  default void putAll(List<Entry> entries) {
    entries.forEach(this::put);
  }

  /**
   * Takes a document out.
   *
   * @return false if it was not there
   */
  boolean remove(String document);

  /** Takes documents out that are there, one after the other; those that are not are no matter. */
  default void removeAll(Collection<String> documents) {
    documents.forEach(this::remove);
  }

  /** The passages of a document in their order, by where they begin; none if it is not there. */
  List<Passage> passages(String document);

  /** The embeddings of a document's passages by the passages' ids; none if it is not there. */
  Map<String, float[]> embeddings(String document);

  /**
   * The k best of the passages that a filter lets through and that hold a word of the query, by
   * BM25; fewer where fewer are found.
   *
   * @throws IllegalArgumentException if {@code k < 1}, or the query has more different words than a
   *     store can ask for
   */
  List<Found> byWords(String query, int k, MetadataFilter filter);

  /**
   * The k passages that a filter lets through whose embeddings have the largest cosine with a
   * query; a store may miss some where it searches approximately. A passage whose embedding is zero
   * has cosine 0.
   *
   * @throws IllegalArgumentException if {@code k < 1}, or the query is not as {@link #checkQuery}
   *     asks
   */
  List<Found> byMeaning(float[] query, int k, MetadataFilter filter);

  /**
   * What {@link #byWords} and {@link #byMeaning} find, of one state of the collection where a store
   * can.
   *
   * @param byWords the ranking by words
   * @param byMeaning the ranking by meaning
   */
  record Both(List<Found> byWords, List<Found> byMeaning) {}

  /** Whether {@link #both} is one request and not two. */
  default boolean asksOnce() {
    return false;
  }

  /** Searches by words and by meaning, each to its own depth. */
  default Both both(
      String words, int wordsDepth, float[] meaning, int meaningDepth, MetadataFilter filter) {
    return new Both(byWords(words, wordsDepth, filter), byMeaning(meaning, meaningDepth, filter));
  }

  /** Lets go of what the store holds; once more does nothing. */
  @Override
  void close();

  /**
   * The check of a query's embedding that every store makes.
   *
   * @throws IllegalArgumentException if it is of another dimension, or as {@link #checkVector} does
   */
  static void checkQuery(float[] query, int dimension) {
    Check.that(
        query.length == dimension,
        "the query has %d numbers and the store's embeddings %d: both must come from one model",
        query.length,
        dimension);
    checkVector("the query", query);
  }

  /**
   * The check of a vector that is compared by the cosine.
   *
   * @throws IllegalArgumentException if a number is not finite, or its length is neither 0 nor in
   *     10⁻¹⁵..10¹⁵, beyond which float's products vanish or overflow
   */
  static void checkVector(String what, float[] x) {
    double squares = 0;
    for (int j = 0; j < x.length; j++) {
      Check.that(Float.isFinite(x[j]), "number %d of %s is %s", j, what, x[j]);
      squares += (double) x[j] * x[j];
    }
    double length = Math.sqrt(squares);
    Check.that(
        length == 0 || length >= 1e-15 && length <= 1e15,
        "%s has length %s: it must be 0 or from 1e-15 to 1e15",
        what,
        length);
  }

  /**
   * The check that a passage's id is free.
   *
   * @param owner the document that has a passage of this id; the passage's own if none has
   * @throws IllegalArgumentException if it is another document
   */
  static void checkOwner(Passage passage, String owner) {
    Check.that(
        owner.equals(passage.document()),
        "passage %s of document %s is one of document %s already: an id is for one passage",
        passage.id(),
        passage.document(),
        owner);
  }
}
