package org.workedanswers.rag.ingest;

/** Where a document comes from: a file, a row, a page. */
public interface DocumentSource {
  /** The document's id, in all of the collection. */
  String id();

  /**
   * What changes whenever the document does, cheaper than to read it: a fingerprint of a file's
   * bytes, a row's version.
   *
   * @throws UnreadableDocumentException if it can't be told
   */
  String stamp() throws UnreadableDocumentException;

  /**
   * Reads the document.
   *
   * @throws UnreadableDocumentException if it can't be read, or is not what it says it is
   */
  Document read() throws UnreadableDocumentException;
}
