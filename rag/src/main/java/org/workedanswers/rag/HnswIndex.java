package org.workedanswers.rag;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Approximate search among embeddings by a walk through a graph of near neighbours: a query is
 * compared with a small part of the documents, and a few of the best may be missed.
 *
 * <pre>
 *   layer 2        o                       few nodes, long links
 *   layer 1        o------o-----o
 *   layer 0    o-o-o-o--o-o-o-o-o-o-o      every document, links to near ones
 *
 *   M               links of a new node on each of its layers; at most 2M on layer 0, M above
 *   efConstruction  nodes that they are chosen from
 *   ef              nearest nodes that a search keeps in view: more find more and take longer
 *   L, ep           the highest layer, and the node on it where every walk begins
 * </pre>
 *
 * A search walks down: on each layer above 0 to the node nearest to the query, on layer 0 to the ef
 * nearest nodes, of whose documents the best k are handed out (algorithm 5). It compares codes of a
 * byte a dimension, as does the insertion, which is a quarter of the memory to wait for; the ef
 * nodes are compared anew in float before the best are handed out. Source: Malkov and Yashunin,
 * <i>Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
 * World graphs</i>, IEEE TPAMI 2018, arXiv:1603.09320, algorithms 1, 2, 4, 5. In the sources start
 * with {@code HnswWalk}, then {@code HnswNeighbours}, {@code HnswInsertion} and {@code HnswCodes}.
 *
 * <ul>
 *   <li><b>Scores</b> are {@link DenseIndex}'s, up to float's rounding. For the cosine vectors are
 *       kept divided by their length. The dot product is no distance: a document need not be
 *       nearest to itself, long vectors are everybody's neighbours, and where lengths differ much
 *       more is missed (Morozov and Babenko, NeurIPS 2018, show that the graph still serves). With
 *       vectors of one length it is the cosine and nothing changes.
 *   <li><b>Documents with the very same vector</b> share one node, so that copies of one text do
 *       not crowd out its other neighbours.
 *   <li><b>What is missed</b> depends on the vectors; measure it beside {@link DenseIndex}. Of the
 *       ten nearest of 100,000 vectors of 384 dimensions that vary in 32 directions for the most
 *       part, 0.95 are found with ef = 116. Vectors without such directions are all alike far from
 *       each other, and a graph has little to follow: of 5,000 such, 0.45 with ef = 40 and 0.97
 *       with 400.
 *   <li><b>Near-copies.</b> A cosine by codes is off by 0.0007 or so. Where more than ef nodes have
 *       cosines with the query that differ by less, rounding decides which of them are found. In
 *       clusters of 200 documents of 384 dimensions with cosines of 0.9996 to each other, 0.88 of
 *       the ten nearest were found with ef = 40 and 0.99 with 100, and by a walk in float 0.99 with
 *       40. With cosines of 0.9975 the two found the same from ef = 40 on; with ef = k, which
 *       leaves nothing to choose from, 0.71 and 0.89.
 *   <li><b>Deleted documents</b> are not found but still walked through; {@link #compacted} drops
 *       them.
 *   <li><b>Nothing is silently left out</b> by a filter or deletions: see {@link #search(float[],
 *       int, int, IntPredicate)}.
 *   <li><b>The same</b> seed and order of insertion give the same graph, bit for bit, and the same
 *       file, whatever the kernels and the machine: products of codes are whole numbers. The scores
 *       of hits are the kernels' own.
 *   <li><b>Memory.</b> A document of d dimensions takes 5 d + 8 M + 30 bytes or so: d floats, d
 *       bytes, and its links.
 *   <li><b>Threads.</b> Any number may search at a time as long as none adds or deletes. A search
 *       allocates its hits alone; what else it needs is kept, once for each that ran at a time.
 * </ul>
 */
public final class HnswIndex {
  private final Kernels kernels;
  private final Loop loop;
  private final HnswState state;
  private final HnswInsertion insertion;
  private final Deque<HnswWalk> idle = new ArrayDeque<>();

  private HnswIndex(Kernels kernels, Loop loop, HnswState state) {
    this.kernels = kernels;
    this.loop = loop;
    this.state = state;
    this.insertion = new HnswInsertion(state);
  }

  /**
   * An empty index.
   *
   * @param kernels what products are computed with
   * @param loop the threads that queries are shared out over
   * @param dimension d
   * @throws IllegalArgumentException if {@code dimension < 1}
   */
  public HnswIndex(Kernels kernels, Loop loop, int dimension, HnswSettings settings) {
    this(kernels, loop, new HnswState(kernels, dimension, settings));
  }

  /**
   * An index of embeddings; row i is document i.
   *
   * @param embeddings [n x d]
   * @throws IllegalArgumentException as {@link #addAll} does
   */
  public static HnswIndex of(Kernels kernels, Loop loop, Matrix embeddings, HnswSettings settings) {
    HnswIndex index = new HnswIndex(kernels, loop, embeddings.cols(), settings);
    index.addAll(embeddings);
    return index;
  }

  /** The settings that it was made with. */
  public HnswSettings settings() {
    return state.settings;
  }

  /** d: how many numbers an embedding has. */
  public int dimension() {
    return state.dimension;
  }

  /** How many documents there are, deleted ones too. */
  public int size() {
    return state.size();
  }

  /** How many documents are deleted. */
  public int deleted() {
    return size() - state.documents.live();
  }

  /** Whether a document is deleted. */
  public boolean isDeleted(int document) {
    return state.documents.isDeleted(checked(document));
  }

  private int checked(int document) {
    Check.that(size() > 0, "document is %d: the index is empty", document);
    return Check.range("document", document, 0, size() - 1);
  }

  /** Adds a document and returns its number; see {@link #addAll}. */
  public int add(float[] embedding) {
    int document = size();
    addAll(Matrix.wrap(embedding, 1, embedding.length));
    return document;
  }

  /**
   * Adds documents one after the other; the first gets the number {@link #size}. The embeddings are
   * copied.
   *
   * @param embeddings [n x d]
   * @throws IllegalArgumentException if they are of another dimension, a number is NaN or infinite,
   *     a vector's length is neither 0 nor in 10⁻¹⁵..10¹⁵, or all vectors or links together pass
   *     what one Java array holds; none is added then
   */
  public void addAll(Matrix embeddings) {
    Check.that(
        embeddings.cols() == dimension(),
        "a document has %d dimensions and the index %d: both must come from one model",
        embeddings.cols(),
        dimension());
    float[] data = embeddings.data();
    for (int i = 0; i < embeddings.rows(); i++) {
      Norms.norm("document", i, data, embeddings.index(i, 0), dimension());
    }
    state.room((long) size() + embeddings.rows());
    HnswVectors vectors = state.vectors;
    for (int i = 0; i < embeddings.rows(); i++) {
      int at = vectors.offset(size());
      vectors.prepare("document", i, data, embeddings.index(i, 0), vectors.data(), at);
      insertion.insert();
    }
  }

  /**
   * Marks a document as deleted: it is not found any more.
   *
   * @return false if it was deleted before
   * @throws IllegalArgumentException if there is no such document
   */
  public boolean delete(int document) {
    return state.documents.delete(checked(document));
  }

  /** A new index of the documents that are not deleted, numbered anew in their order. */
  public HnswIndex compacted() {
    HnswIndex index = new HnswIndex(kernels, loop, dimension(), settings());
    index.state.room(state.documents.live());
    for (int d = 0; d < size(); d++) {
      if (!state.documents.isDeleted(d)) {
        int at = index.state.vectors.offset(index.size());
        float[] from = state.vectors.data();
        System.arraycopy(
            from, state.vectors.offset(d), index.state.vectors.data(), at, dimension());
        index.insertion.insert();
      }
    }
    return index;
  }

  /** The k documents nearest to a query; see {@link #search(Matrix, int, int)}. */
  public List<Hit> search(float[] query, int k, int ef) {
    return search(query, k, ef, null);
  }

  /**
   * The k documents nearest to a query among those that a filter lets through, the best first; all
   * of them if they are fewer.
   *
   * <p>The walk goes through documents that may not be found and collects the others. It gives up
   * after n/16 + 8 ef products, which is where comparing all that the filter lets through becomes
   * cheaper; they are compared, too, where a walk that came to its end found fewer than k. The same
   * holds without a filter once documents are deleted.
   *
   * @param filter whether a document may be found; null for all. Asked often, so it should be fast
   * @throws IllegalArgumentException as {@link #search(Matrix, int, int)} does
   */
  public List<Hit> search(float[] query, int k, int ef, IntPredicate filter) {
    check(query.length, k, ef);
    HnswWalk walk = take();
    try {
      return search(walk, query, 0, 0, k, ef, filter);
    } finally {
      giveBack(walk);
    }
  }

  /**
   * For each query the k documents nearest to it, the best first, equally near ones by their
   * number. Each of the loop's threads takes some of the queries.
   *
   * @param queries [m x d]
   * @param k how many documents are wanted; fewer if there are fewer
   * @param ef how many of the nearest the walk keeps in view, copies as one; k if it is less
   * @throws IllegalArgumentException if {@code k} or {@code ef} is less than 1, the queries are of
   *     another dimension, or their numbers are not as the documents' must be
   */
  public List<List<Hit>> search(Matrix queries, int k, int ef) {
    check(queries.cols(), k, ef);
    List<List<Hit>> found = Arrays.asList(hits(queries.rows()));
    loop.ranges(
        queries.rows(),
        (from, to) -> {
          HnswWalk walk = take();
          try {
            for (int i = from; i < to; i++) {
              found.set(i, search(walk, queries.data(), queries.index(i, 0), i, k, ef, null));
            }
          } finally {
            giveBack(walk);
          }
        });
    return found;
  }

  @SuppressWarnings("unchecked")
  private static List<Hit>[] hits(int count) {
    return (List<Hit>[]) new List<?>[count];
  }

  private void check(int queryDimension, int k, int ef) {
    Check.positive("k", k);
    Check.positive("ef", ef);
    Check.that(
        queryDimension == dimension(),
        "a query has %d dimensions and a document %d: both must come from one model",
        queryDimension,
        dimension());
  }

  /** Algorithm 5, for the query that begins at {@code offset}, and the comparison in float. */
  private List<Hit> search(
      HnswWalk walk, float[] data, int offset, int number, int k, int ef, IntPredicate filter) {
    state.vectors.prepare("query", number, data, offset, walk.query(), 0);
    int live = state.documents.live();
    if (live == 0) {
      return List.of();
    }
    walk.begin();
    walk.descend(0);
    boolean all = filter == null && live == size();
    long patience = all ? Long.MAX_VALUE : size() / 16 + 8L * ef;
    boolean ended = walk.documents(Math.max(k, ef), filter, patience);
    if (ended) {
      walk.compare(k, filter);
    }
    if (!ended || walk.found() < Math.min(k, live)) {
      walk.everyDocument(k, filter);
    }
    return walk.best(k);
  }

  private HnswWalk take() {
    synchronized (idle) {
      return idle.isEmpty() ? new HnswWalk(state) : idle.pop();
    }
  }

  private void giveBack(HnswWalk walk) {
    synchronized (idle) {
      idle.push(walk);
    }
  }

  /**
   * Writes the index to a file, in a folder that is there. What is there is replaced once the new
   * file is whole, so that a crash leaves the one or the other; meanwhile the new one stands beside
   * it as {@code NAME.tmp}: one save to a file at a time.
   */
  public void save(Path file) throws IOException {
    HnswFile.write(state, file);
  }

  /**
   * Reads an index that {@link #save} wrote. It can be searched, and added to as if it had never
   * been away.
   *
   * @throws IndexFileException if there is no such file, it is damaged, of another version, or
   *     needs more memory than Java may take at all; nothing larger than the file is allocated
   *     before that is known. Where other things fill the memory it can run out nonetheless
   */
  public static HnswIndex load(Kernels kernels, Loop loop, Path file) {
    return new HnswIndex(kernels, loop, HnswFile.read(kernels, file));
  }
}
