package org.workedanswers.documents;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.UnreadableDocumentException;
import org.workedanswers.rag.store.Fingerprint;

/** A file as a document. */
final class FileSource implements DocumentSource {
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final String id;
  private final DocumentParser parser;

  /** The last stamp that was given, which what is read must have. */
  private volatile String stamp;

  FileSource(Path path, String id, DocumentParser parser) {
    this.path = path;
    this.id = id;
    this.parser = parser;
  }

  static String tooLarge(long size, DocumentParser parser) {
    return String.format(
        "it has %d bytes: of %s files at most %d are read", size, parser.kind(), parser.maxBytes());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String stamp() throws UnreadableDocumentException {
    MessageDigest sha = sha256();
    try (InputStream in = open()) {
      byte[] buffer = new byte[BUFFER];
      long size = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
        size += n;
        checkSize(size);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    stamp = stamp(sha);
    return stamp;
  }

  @Override
  public Document read() throws UnreadableDocumentException {
    String expected = stamp;
    byte[] bytes;
    try (InputStream in = open()) {
      bytes = in.readNBytes((int) Math.min(parser.maxBytes() + 1, Integer.MAX_VALUE - 8));
    } catch (IOException e) {
      throw unreadable(e);
    }
    checkSize(bytes.length);
    MessageDigest sha = sha256();
    sha.update(bytes);
    if (expected != null && !expected.equals(stamp(sha))) {
      throw new UnreadableDocumentException("it was changed while it was read");
    }
    int slash = id.lastIndexOf('/');
    String name = id.substring(slash + 1);
    Document parsed = Parsing.parse(parser, bytes, name);
    Map<String, String> metadata = new HashMap<>(parsed.metadata());
    metadata.put("path", id);
    metadata.put("folder", slash < 0 ? "" : id.substring(0, slash));
    metadata.put("kind", parser.kind());
    String title = parsed.title().isBlank() ? CleanText.title(name) : parsed.title();
    return new Document(title, parsed.text(), metadata);
  }

  /** Opens what is a file still: to open a pipe would wait for its writer. */
  private InputStream open() throws IOException, UnreadableDocumentException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    if (!now.isRegularFile()) {
      throw new UnreadableDocumentException("it is no longer a file");
    }
    checkSize(now.size());
    return Files.newInputStream(path);
  }

  private void checkSize(long size) throws UnreadableDocumentException {
    if (size > parser.maxBytes()) {
      throw new UnreadableDocumentException(tooLarge(size, parser));
    }
  }

  private static UnreadableDocumentException unreadable(IOException e) {
    return new UnreadableDocumentException("it can't be read: " + FolderWalk.reason(e), e);
  }

  private String stamp(MessageDigest sha) {
    String bytes = HexFormat.of().formatHex(sha.digest());
    return Fingerprint.of(List.of(parser.kind(), parser.version(), bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
