package org.workedanswers.answers.beir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.zip.CRC32;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.store.Fingerprint;

/**
 * Embeddings kept in a file from run to run, named by a fingerprint of the model and the texts.
 *
 * <pre>
 *   a batch:  how many rows, 4 bytes; the rows, d floats each; CRC-32 of all that, 4 bytes
 * </pre>
 *
 * A batch is written when it is embedded, so a run that was killed goes on behind its last whole
 * batch; what follows a batch that is damaged is embedded again.
 */
final class EmbeddingCache {
  /** Texts of a batch. */
  static final int BATCH = 256;

  private final Path folder;

  EmbeddingCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The texts' embeddings [texts x d], read or embedded.
   *
   * @param model what tells one model and its settings from another
   * @param done told how many are there, after each batch
   * @throws IllegalArgumentException if the folder can't be written, or another run writes the file
   */
  Matrix embed(String model, Embedder embedder, List<String> texts, IntConsumer done) {
    int d = embedder.dimension();
    Check.elements("embeddings", texts.size(), d);
    Matrix embeddings = Matrix.zeros(texts.size(), d);
    List<String> key = new ArrayList<>(List.of(model, Integer.toString(d)));
    key.addAll(texts);
    Path file = folder.resolve("embeddings-" + Fingerprint.of(key) + ".bin");
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        lock(file, channel);
        int row = read(channel, embeddings);
        done.accept(row);
        while (row < texts.size()) {
          int to = Math.min(row + BATCH, texts.size());
          Matrix batch = embedder.embed(texts.subList(row, to));
          for (int i = 0; i < batch.rows(); i++) {
            System.arraycopy(batch.row(i), 0, embeddings.data(), embeddings.index(row + i, 0), d);
          }
          write(channel, embeddings, row, to);
          row = to;
          done.accept(row);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't keep embeddings in " + file + ": " + e.getMessage(), e);
    }
    return embeddings;
  }

  private static void lock(Path file, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    Check.that(lock != null, "another run is writing %s: wait for it, or name a --cache", file);
  }

  /** Reads whole batches, cuts off what is none, and returns how many rows were read. */
  private static int read(FileChannel channel, Matrix embeddings) throws IOException {
    int row = 0;
    long whole = 0;
    while (row < embeddings.rows()) {
      ByteBuffer head = bytes(channel, whole, Integer.BYTES);
      int count = head == null ? 0 : head.getInt(0);
      if (count < 1 || count > Math.min(BATCH, embeddings.rows() - row)) {
        break;
      }
      int length = Integer.BYTES + Float.BYTES * count * embeddings.cols();
      ByteBuffer batch = bytes(channel, whole, length + Integer.BYTES);
      if (batch == null || crc(batch, length) != batch.getInt(length)) {
        break;
      }
      batch.position(Integer.BYTES).limit(length);
      int at = embeddings.index(row, 0);
      batch.slice().asFloatBuffer().get(embeddings.data(), at, count * embeddings.cols());
      row += count;
      whole += length + Integer.BYTES;
    }
    channel.truncate(whole);
    channel.position(whole);
    return row;
  }

  /** So many bytes from there on; null if there are fewer. */
  private static ByteBuffer bytes(FileChannel channel, long from, int count) throws IOException {
    if (channel.size() - from < count) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
      // A read may bring less than was asked for.
    }
    return bytes.hasRemaining() ? null : bytes;
  }

  private static int crc(ByteBuffer bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate().position(0).limit(length));
    return (int) crc.getValue();
  }

  private static void write(FileChannel channel, Matrix embeddings, int row, int to)
      throws IOException {
    int length = Integer.BYTES + Float.BYTES * (to - row) * embeddings.cols();
    ByteBuffer batch = ByteBuffer.allocate(length + Integer.BYTES);
    batch.putInt(to - row);
    int floats = (to - row) * embeddings.cols();
    batch.slice().asFloatBuffer().put(embeddings.data(), embeddings.index(row, 0), floats);
    batch.putInt(length, crc(batch, length));
    batch.position(0);
    while (batch.hasRemaining()) {
      channel.write(batch);
    }
  }
}
