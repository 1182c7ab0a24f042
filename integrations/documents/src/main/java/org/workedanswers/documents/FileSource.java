package org.workedanswers.documents;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.UnreadableDocumentException;
import org.workedanswers.rag.store.Fingerprint;

/** A file; its stamp is of its bytes, so that a file that was only touched has not changed. */
final class FileSource implements DocumentSource {
  private final String id;
  private final Path file;
  private final DocumentParser parser;
  private final long maxBytes;
  private String stamp; // of the bytes that were read last

  FileSource(String id, Path file, DocumentParser parser, long maxBytes) {
    this.id = id;
    this.file = file;
    this.parser = parser;
    this.maxBytes = maxBytes;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String stamp() throws UnreadableDocumentException {
    stamp = stamp(bytes());
    return stamp;
  }

  private String stamp(byte[] bytes) {
    return parser.kind() + parser.version() + "-" + Fingerprint.of(bytes);
  }

  @Override
  public Document read() throws UnreadableDocumentException {
    byte[] bytes = bytes();
    if (stamp != null && !stamp.equals(stamp(bytes))) {
      throw new UnreadableDocumentException("it changed while it was read: try again");
    }
    Document read;
    try {
      read = parser.parse(file.getFileName().toString(), bytes);
    } catch (RuntimeException | StackOverflowError e) { // parsers meet files that nobody foresaw
      throw new UnreadableDocumentException("it can't be read as " + parser.kind() + ": " + e, e);
    }
    Map<String, String> metadata = new HashMap<>(read.metadata());
    metadata.put("path", id);
    metadata.put("folder", id.contains("/") ? id.substring(0, id.lastIndexOf('/')) : "");
    metadata.put("kind", parser.kind());
    return new Document(read.title(), read.text(), metadata);
  }

  private byte[] bytes() throws UnreadableDocumentException {
    try {
      long size = Files.size(file);
      if (size == 0) {
        throw new UnreadableDocumentException("it is empty");
      }
      if (size > maxBytes) {
        throw tooLarge(size);
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, maxBytes + 1));
        if (bytes.length > maxBytes) { // it has grown
          throw tooLarge(bytes.length);
        }
        return bytes;
      }
    } catch (IOException e) {
      throw new UnreadableDocumentException("it can't be read: " + Folder.reason(e), e);
    }
  }

  private UnreadableDocumentException tooLarge(long size) {
    return new UnreadableDocumentException(
        "it has " + size + " bytes; at most " + maxBytes + " are read");
  }
}
