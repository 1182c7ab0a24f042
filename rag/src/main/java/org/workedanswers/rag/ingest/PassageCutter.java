package org.workedanswers.rag.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.rag.chunk.Chunker;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.store.Passage;

/**
 * Cuts documents into passages.
 *
 * @param chunker where to cut
 * @param name what tells the chunker and its settings from another: where it changes, documents are
 *     cut again
 */
public record PassageCutter(Chunker chunker, String name) {
  /** The most characters of a passage: a chunk without a place to cut it is cut all the same. */
  public static final int MAX_LENGTH = 8192;

  /** The most characters of a title. */
  public static final int MAX_TITLE = 256;

  /** Checks the name. */
  public PassageCutter {
    Check.that(!name.isBlank(), "the chunker has no name");
  }

  /** A document's passages in their order; none where it has no text. */
  public List<Passage> passages(String id, Document document) {
    String title = document.title().strip();
    title = new Span(0, title.length()).atMost(MAX_TITLE, title).of(title);
    List<Passage> passages = new ArrayList<>();
    Map<String, Integer> occurrences = new HashMap<>();
    for (Span span : chunker.chunks(document.text())) {
      int to;
      for (int from = span.from(); from < span.to(); from = to) {
        to = new Span(from, span.to()).atMost(MAX_LENGTH, document.text()).to();
        String text = document.text().substring(from, to);
        if (!text.isBlank()) {
          int occurrence = occurrences.merge(text, 1, Integer::sum) - 1;
          passages.add(
              new Passage(
                  Passage.id(id, title, text, occurrence),
                  id,
                  from,
                  to,
                  title,
                  text,
                  document.metadata()));
        }
      }
    }
    return passages;
  }
}
