package org.workedanswers.documents;

import java.util.Set;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * Reads files of one kind. It is shared by threads, and keeps nothing of a file.
 *
 * <p>A parser need not be careful beyond what its file can do to memory: whatever it throws becomes
 * an {@link UnreadableDocumentException}, and what it returns is put right (line ends, U+0000,
 * halves of characters, an overlong title) by who calls it.
 */
public interface DocumentParser {
  /** What it reads, for filters: the metadata {@code kind} of its documents. */
  String kind();

  /**
   * The ends of names that it reads, in lower case, without the dot; an empty one stands for names
   * that have none.
   */
  Set<String> extensions();

  /**
   * Changes whenever the same bytes would give another text; files that were read by another
   * version are read again.
   */
  String version();

  /** The largest file that it reads, in bytes. */
  long maxBytes();

  /**
   * Reads a file.
   *
   * @param bytes all of it, at most {@link #maxBytes}
   * @param name what it is called, without its folder
   * @return its text, its title or an empty one, and metadata beside path, folder and kind
   * @throws UnreadableDocumentException if it is not what its name says, with the reason
   */
  Document parse(byte[] bytes, String name) throws UnreadableDocumentException;
}
