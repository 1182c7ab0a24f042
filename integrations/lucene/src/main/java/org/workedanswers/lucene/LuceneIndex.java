package org.workedanswers.lucene;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.ThreadInterruptedException;
import org.workedanswers.core.Check;
import org.workedanswers.rag.store.StoreException;

/**
 * A Lucene index in a folder of its own: searched, and changed so that a change is on disk when it
 * returns or leaves the index as it was. What fails is a {@link StoreException} in words.
 */
final class LuceneIndex implements AutoCloseable {
  private final Path folder;
  private final Map<String, String> data;
  private final Similarity similarity;
  private final Directory directory;
  private IndexWriter writer;
  private SearcherManager searchers;
  private boolean closed;

  private LuceneIndex(
      Path folder, Map<String, String> data, Similarity similarity, Directory directory) {
    this.folder = folder;
    this.data = data;
    this.similarity = similarity;
    this.directory = directory;
  }

  /** Something that is done with a searcher. */
  interface Search<T> {
    T run(IndexSearcher searcher) throws IOException;
  }

  /** Something that changes the index. */
  interface Change {
    void run(IndexWriter writer) throws IOException;
  }

  /**
   * Opens an index whose files are whole, or makes one where the folder is missing or empty.
   *
   * @param data what the index says of itself; one that says something else is refused
   */
  static LuceneIndex open(Path folder, Map<String, String> data, Similarity similarity) {
    Directory directory = null;
    try {
      Files.createDirectories(folder);
      directory = FSDirectory.open(folder);
      if (DirectoryReader.indexExists(directory)) {
        check(folder, directory, data);
      } else {
        checkEmpty(folder);
      }
      LuceneIndex index = new LuceneIndex(folder, data, similarity, directory);
      index.begin();
      return index;
    } catch (IOException e) {
      closeQuietly(directory);
      throw failure("open", folder, e);
    } catch (RuntimeException e) {
      closeQuietly(directory);
      throw e;
    }
  }

  private static void checkEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> others =
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> !f.equals(IndexWriter.WRITE_LOCK_NAME))
              // What a process leaves that was killed as it made the index.
              .filter(f -> !f.startsWith(IndexFileNames.PENDING_SEGMENTS))
              .toList();
      Check.that(
          others.isEmpty(),
          "%s holds %s, and no index: an index needs a folder of its own",
          folder,
          others.isEmpty() ? "" : others.get(0));
    }
  }

  /** All files are held against their checksums: what is damaged would be found later, or not. */
  private static void check(Path folder, Directory directory, Map<String, String> data)
      throws IOException {
    Map<String, String> made;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        ((CodecReader) leaf.reader()).checkIntegrity();
      }
      made = reader.getIndexCommit().getUserData();
    } catch (IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
      throw new CorruptIndexException("unreadable", folder.toString(), e);
    }
    for (Map.Entry<String, String> e : data.entrySet()) {
      Check.that(
          e.getValue().equals(made.get(e.getKey())),
          "the index in %s has %s %s and not %s: it must be made anew",
          folder,
          e.getKey(),
          made.get(e.getKey()),
          e.getValue());
    }
  }

  private void begin() throws IOException {
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(LongVectorsCodec.codec());
    config.setSimilarity(similarity);
    config.setCommitOnClose(false);
    writer = new IndexWriter(directory, config);
    try {
      commit();
      searchers = new SearcherManager(directory, null);
    } catch (IOException | RuntimeException e) {
      writer.rollback();
      throw e;
    }
  }

  private void commit() throws IOException {
    writer.setLiveCommitData(data.entrySet());
    writer.commit();
  }

  <T> T search(Search<T> search) {
    SearcherManager manager = searchers();
    try {
      IndexSearcher searcher = manager.acquire();
      try {
        searcher.setSimilarity(similarity);
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

  synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  /** Makes a change and writes it to disk, or leaves the index as it was. */
  synchronized void change(Change change) {
    checkOpen();
    try {
      change.run(writer);
      commit();
      searchers.maybeRefreshBlocking();
    } catch (IOException | IllegalStateException | ThreadInterruptedException e) {
      StoreException failure = failure("write", folder, e);
      // An interrupted thread can neither read nor write; it is told so again at the end.
      boolean interrupted = Thread.interrupted();
      beginAgain(failure);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      throw failure;
    }
  }

  /** Drops what the writer holds; if a new one can't be had the index is closed. */
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
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeQuietly(searchers);
    try {
      writer.rollback(); // what was changed is committed
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
    } else if (Thread.currentThread().isInterrupted()) {
      why = "the thread was interrupted";
    } else if (e instanceof FileSystemException f) {
      why =
          f.getReason() != null ? f.getReason() : f.getClass().getSimpleName() + " " + f.getFile();
    }
    return new StoreException("can't " + what + " the index in " + folder + ": " + why, e);
  }
}
