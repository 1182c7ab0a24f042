package org.workedanswers.documents;

import java.util.Set;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/** Reads files of one kind. */
public interface DocumentParser {
  /** The kind, a word: metadata {@code kind} of its documents. */
  String kind();

  /** How the names of such files end, in small letters without the point; "" for no ending. */
  Set<String> extensions();

  /** Changes whenever what is read from a file may: documents are taken in anew then. */
  int version();

  /**
   * Reads a file.
   *
   * @param name the file's name, for a title where it has none
   * @param bytes all of it
   * @throws UnreadableDocumentException if it is not of this kind, damaged, or holds no text where
   *     there should be some
   */
  Document parse(String name, byte[] bytes) throws UnreadableDocumentException;
}
