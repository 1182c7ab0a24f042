package org.workedanswers.rag.store;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * A piece of a document: what is embedded, found and cited.
 *
 * @param id what it is called, in all of the collection; see {@link #id}
 * @param document the document that it is a piece of
 * @param from where it begins in the document's text, counted in {@code char}s
 * @param to where it ends, the first character behind it
 * @param title the document's title, or empty
 * @param text what it says
 * @param metadata what filters ask for
 */
public record Passage(
    String id,
    String document,
    int from,
    int to,
    String title,
    String text,
    Map<String, String> metadata) {
  /** The order of a document's passages: by where they begin, then where they end, then ids. */
  public static final Comparator<Passage> BY_PLACE =
      Comparator.comparingInt(Passage::from)
          .thenComparingInt(Passage::to)
          .thenComparing(Passage::id);

  /**
   * Checks what can be checked.
   *
   * @throws IllegalArgumentException if the id, the document or the text is blank, a string holds
   *     half of a surrogate pair, which no store can write, or it ends before it begins
   */
  public Passage {
    Check.that(!id.isBlank(), "a passage of %s has no id", document);
    Check.that(!document.isBlank(), "passage %s has no document", id);
    Check.that(!text.isBlank(), "passage %s of %s is blank", id, document);
    Check.that(0 <= from && from <= to, "passage %s can't go from %d to %d", id, from, to);
    metadata = Map.copyOf(metadata);
    Entry.checkText("the id of passage " + id, id);
    Entry.checkText("the title of passage " + id, title);
    Entry.checkText("the text of passage " + id, text);
    metadata.forEach(
        (key, value) -> {
          Entry.checkText("a metadata key of passage " + id, key);
          Entry.checkText("metadata " + key + " of passage " + id, value);
        });
  }

  /**
   * The id of a passage that was cut from a document: a {@link Fingerprint} of the document's id,
   * the title, the text and which of equal texts it is. So a passage keeps its id, and need not be
   * embedded again, when another part of its document changes.
   *
   * @param occurrence how many passages of the document with this text are ahead of it
   */
  public static String id(String document, String title, String text, int occurrence) {
    return Fingerprint.of(List.of(document, title, text, Integer.toString(occurrence)));
  }

  /** What is embedded, and looked through for words: the title, a line end and the text. */
  public String searched() {
    return title.isBlank() ? text : title + "\n" + text;
  }
}
