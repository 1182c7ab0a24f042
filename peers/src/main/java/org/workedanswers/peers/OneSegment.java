package org.workedanswers.peers;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.FSDirectory;

/**
 * A Lucene index of one segment in a temporary folder, mapped into memory, as Lucene advises. It is
 * written as one segment, so that merging takes no time.
 */
final class OneSegment implements Closeable {
  private static final double BUFFER_MB = 1024;

  private final Path folder;
  private final FSDirectory directory;
  private final IndexWriter writer;
  private DirectoryReader reader;

  OneSegment(IndexWriterConfig config) throws IOException {
    folder = Files.createTempDirectory("lucene");
    directory = FSDirectory.open(folder);
    writer = new IndexWriter(directory, config.setRAMBufferSizeMB(BUFFER_MB));
  }

  /** Adds a document of one field. */
  void add(IndexableField field) throws IOException {
    Document document = new Document();
    document.add(field);
    writer.addDocument(document);
  }

  /** Ends the writing; documents are numbered as they came. */
  IndexSearcher searcher() throws IOException {
    writer.forceMerge(1);
    writer.close();
    reader = DirectoryReader.open(directory);
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    return searcher;
  }

  @Override
  public void close() throws IOException {
    writer.close();
    if (reader != null) {
      reader.close();
    }
    for (String file : directory.listAll()) {
      directory.deleteFile(file);
    }
    directory.close();
    Files.delete(folder);
  }
}
