package org.workedanswers.rag;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.rag.DenseIndex.Similarity;

/**
 * An {@link HnswIndex} as a file. All numbers are little-endian; n documents of d dimensions.
 *
 * <pre>
 *   8   the letters WAHNSW, a carriage return, a line feed
 *   4   the version: 1
 *   4   the similarity: 0 cosine, 1 dot product
 *   4   M
 *   4   efConstruction
 *   8   the seed
 *   4   d
 *   4   n
 *   n x 4             each document's original, its own number if it is no twin
 *   ⌈n/8⌉             a bit a document, the lowest first: 1 if it is deleted
 *   n x d x 4         the vectors as they are compared, float32
 *   n x (1 + 2M) x 4  the lists of layer 0: a count, neighbours, zeros
 *   for each document of level l &gt; 0 that is no twin:
 *   l x (1 + M) x 4   its lists of layers 1 to l
 *   4   CRC32C of all before
 * </pre>
 *
 * Levels follow from the seed ({@link HnswLevels}), ep and L from the levels, codes from the
 * vectors ({@link HnswCodes}). So the file's length is known from its first numbers: arrays are
 * taken when it has it, and are no larger. What the checksum can't tell is looked at as well, a
 * file may be made to harm: every link goes to a node that is there and on that layer.
 */
final class HnswFile {
  private static final long MAGIC = 0x0A0D_5753_4E48_4157L;
  static final int VERSION = 1;
  private static final int HEADER_BYTES = 40;
  private static final Similarity[] SIMILARITIES = {Similarity.COSINE, Similarity.DOT};

  /**
   * What a document takes in memory and not in the file, at most, besides the d bytes of its code:
   * the code's scale, next, upper's reference.
   */
  private static final int MORE_BYTES_A_DOCUMENT = 20;

  private HnswFile() {}

  static void write(HnswState state, Path file) throws IOException {
    Path whole = file.toAbsolutePath();
    Path unfinished = whole.resolveSibling(whole.getFileName() + ".tmp");
    try {
      try (ChecksummedWriter to = new ChecksummedWriter(unfinished)) {
        write(state, to);
        to.finish();
      }
      Files.move(unfinished, whole, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static void write(HnswState state, ChecksummedWriter to) throws IOException {
    HnswSettings settings = state.settings;
    HnswGraph graph = state.graph;
    HnswDocuments documents = state.documents;
    int n = state.size();
    to.putLong(MAGIC);
    to.putInt(VERSION);
    to.putInt(settings.similarity() == SIMILARITIES[0] ? 0 : 1);
    to.putInt(settings.m());
    to.putInt(settings.efConstruction());
    to.putLong(settings.seed());
    to.putInt(state.dimension);
    to.putInt(n);
    for (int i = 0; i < n; i++) {
      to.putInt(documents.original(i));
    }
    for (int i = 0; i < n; i += 8) {
      int bits = 0;
      for (int j = i; j < Math.min(n, i + 8); j++) {
        bits |= (documents.isDeleted(j) ? 1 : 0) << (j - i);
      }
      to.putByte(bits);
    }
    to.putFloats(state.vectors.data(), 0, n * state.dimension);
    for (int i = 0; i < n; i++) {
      to.putInts(graph.lists(i, 0), graph.at(i, 0), graph.length(0));
    }
    for (int i = 0; i < n; i++) {
      for (int layer = 1; layer <= graph.level(i); layer++) {
        to.putInts(graph.lists(i, layer), graph.at(i, layer), graph.length(layer));
      }
    }
  }

  static HnswState read(Kernels kernels, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IndexFileException(
          "%s: there is %s",
          file, Files.exists(file) ? "something else than a file" : "no such file");
    }
    try (ChecksummedReader from = new ChecksummedReader(file)) {
      return read(kernels, from);
    } catch (IOException e) {
      throw new IndexFileException(e, "%s can't be read: %s", file, e);
    } catch (IllegalArgumentException e) {
      throw new IndexFileException(e, "%s: %s", file, e.getMessage());
    }
  }

  private static HnswState read(Kernels kernels, ChecksummedReader from) throws IOException {
    Check.that(
        from.length() >= HEADER_BYTES + ChecksummedReader.CHECKSUM_BYTES && from.getLong() == MAGIC,
        "this is no file of an HNSW index: its %d bytes do not begin as one",
        from.length());
    int version = from.getInt();
    Check.that(
        version == VERSION,
        "it is of version %d and what reads it is of version %d",
        version,
        VERSION);
    from.verify();
    Similarity similarity = SIMILARITIES[Check.range("similarity", from.getInt(), 0, 1)];
    HnswSettings settings =
        new HnswSettings(similarity, from.getInt(), from.getInt(), from.getLong());
    HnswState state = new HnswState(kernels, from.getInt(), settings);
    int n = from.getInt();
    Check.that(n >= 0, "it has %d documents", n);
    long fixed = fixedLength(state, n);
    Check.that(
        from.length() >= fixed,
        "it has %d bytes: %d documents of dimension %d with M = %d take %d at least",
        from.length(),
        n,
        state.dimension,
        settings.m(),
        fixed);
    long memory = from.length() + ((long) MORE_BYTES_A_DOCUMENT + state.dimension) * n;
    Check.that(
        memory <= Runtime.getRuntime().maxMemory(),
        "it takes %d bytes of memory and Java may have %d",
        memory,
        Runtime.getRuntime().maxMemory());
    state.room(n);
    readDocuments(from, state, n, fixed);
    readVectors(from, state);
    readLinks(from, state);
    return state;
  }

  /** The bytes of all but the upper layers. */
  private static long fixedLength(HnswState state, int n) {
    state.checkRoom(n);
    long aDocument = 4L + 4L * state.dimension + 4L * state.graph.length(0);
    return HEADER_BYTES + n * aDocument + (n + 7L) / 8 + ChecksummedReader.CHECKSUM_BYTES;
  }

  private static void readDocuments(ChecksummedReader from, HnswState state, int n, long fixed)
      throws IOException {
    HnswDocuments documents = state.documents;
    HnswLevels levels = new HnswLevels(state.settings);
    long upper = 0;
    for (int i = 0; i < n; i++) {
      int original = from.getInt();
      if (original != i
          && (original < 0 || original > i || documents.original(original) != original)) {
        throw new IndexFileException(
            "document %d is a twin of %d, which is none before it", i, original);
      }
      documents.add(original);
      int drawn = levels.next();
      int level = original == i ? drawn : 0;
      state.graph.add(level);
      upper += 4L * level * state.graph.length(1);
    }
    Check.that(
        from.length() == fixed + upper,
        "it has %d bytes: its documents and their levels take %d",
        from.length(),
        fixed + upper);
    for (int i = 0; i < n; i += 8) {
      int bits = from.getByte();
      for (int j = i; bits != 0; j++, bits >>= 1) {
        if ((bits & 1) != 0) {
          Check.that(j < n, "document %d is deleted: there are %d", j, n);
          documents.delete(j);
        }
      }
    }
  }

  private static void readVectors(ChecksummedReader from, HnswState state) throws IOException {
    from.getFloats(state.vectors.data(), 0, state.size() * state.dimension);
    for (int i = 0; i < state.size(); i++) {
      int original = state.documents.original(i);
      if (!state.vectors.isPrepared(i) || !state.vectors.same(i, original)) {
        throw new IndexFileException(
            "document %d, a twin of %d, has another vector than an index keeps for it",
            i, original);
      }
      state.codes.put(i, state.vectors.data(), state.vectors.offset(i));
    }
  }

  private static void readLinks(ChecksummedReader from, HnswState state) throws IOException {
    HnswGraph graph = state.graph;
    for (int i = 0; i < state.size(); i++) {
      readList(from, state, i, 0);
    }
    for (int i = 0; i < state.size(); i++) {
      for (int layer = 1; layer <= graph.level(i); layer++) {
        readList(from, state, i, layer);
      }
      if (state.documents.original(i) == i) {
        graph.open(i);
      }
    }
  }

  private static void readList(ChecksummedReader from, HnswState state, int node, int layer)
      throws IOException {
    HnswGraph graph = state.graph;
    int[] lists = graph.lists(node, layer);
    int at = graph.at(node, layer);
    from.getInts(lists, at, graph.length(layer));
    int count = lists[at];
    int most = state.documents.original(node) == node ? graph.most(layer) : 0;
    if (count < 0 || count > most) {
      throw new IndexFileException(
          "document %d has %d links on layer %d: it can have %d", node, count, layer, most);
    }
    for (int i = 1; i <= graph.most(layer); i++) {
      int neighbour = lists[at + i];
      boolean right = i <= count ? canLink(state, node, neighbour, layer) : neighbour == 0;
      if (!right) {
        throw new IndexFileException(
            "link %d of document %d on layer %d, which has %d there, goes to %d",
            i, node, layer, count, neighbour);
      }
    }
  }

  private static boolean canLink(HnswState state, int node, int neighbour, int layer) {
    return neighbour >= 0
        && neighbour < state.size()
        && neighbour != node
        && state.documents.original(neighbour) == neighbour
        && state.graph.level(neighbour) >= layer;
  }
}
