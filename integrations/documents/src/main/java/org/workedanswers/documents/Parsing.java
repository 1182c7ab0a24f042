package org.workedanswers.documents;

import java.util.HashMap;
import java.util.Map;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/** A parser that is called so that nothing a file does to it reaches the caller. */
final class Parsing {
  private Parsing() {}

  /**
   * The file's document, in text that every store can write.
   *
   * @throws UnreadableDocumentException for whatever the parser throws
   */
  static Document parse(DocumentParser parser, byte[] bytes, String name)
      throws UnreadableDocumentException {
    Document document;
    try {
      document = parser.parse(bytes, name);
    } catch (UnreadableDocumentException e) {
      throw new UnreadableDocumentException(CleanText.reason(e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new UnreadableDocumentException("its parts are nested too deeply", e);
    } catch (OutOfMemoryError e) {
      // What the parser had built is garbage by now.
      throw new UnreadableDocumentException("to read it takes more memory than there is", e);
    } catch (RuntimeException | LinkageError e) {
      throw new UnreadableDocumentException(
          "the parser of " + parser.kind() + " gave up: " + CleanText.reason(e.toString()), e);
    }
    if (document == null) {
      throw new UnreadableDocumentException("the parser of " + parser.kind() + " gave nothing");
    }
    Map<String, String> metadata = new HashMap<>();
    document
        .metadata()
        .forEach((key, value) -> metadata.put(CleanText.of(key), CleanText.of(value)));
    return new Document(CleanText.title(document.title()), CleanText.of(document.text()), metadata);
  }
}
