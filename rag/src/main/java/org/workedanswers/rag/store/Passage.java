package org.workedanswers.rag.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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
  private static final int ID_BYTES = 16;

  /**
   * Checks what can be checked.
   *
   * @throws IllegalArgumentException if the id, the document or the text is blank, or it ends
   *     before it begins
   */
  public Passage {
    Check.that(!id.isBlank(), "a passage of %s has no id", document);
    Check.that(!document.isBlank(), "passage %s has no document", id);
    Check.that(!text.isBlank(), "passage %s of %s is blank", id, document);
    Check.that(0 <= from && from <= to, "passage %s can't go from %d to %d", id, from, to);
    metadata = Map.copyOf(metadata);
  }

  /**
   * The id of a passage that was cut from a document: 32 hexadecimal digits of a SHA-256 over the
   * document's id, the text and which of equal texts it is. So a passage keeps its id, and need not
   * be embedded again, when another part of its document changes.
   *
   * @param occurrence how many passages of the document with this text are ahead of it
   */
  public static String id(String document, String text, int occurrence) {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    for (String part : new String[] {document, text, Integer.toString(occurrence)}) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      sha.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      sha.update(bytes);
    }
    return HexFormat.of().formatHex(sha.digest(), 0, ID_BYTES);
  }

  /** What is embedded, and looked through for words: the title, a line end and the text. */
  public String searched() {
    return title.isBlank() ? text : title + "\n" + text;
  }
}
