package org.workedanswers.langchain4j;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.workedanswers.rag.store.Fingerprint;
import org.workedanswers.rag.store.Passage;

/**
 * Passages as LangChain4j's text segments and back.
 *
 * <p>Our own keys in a segment's metadata are {@code passage} (the id), {@code document}, {@code
 * title}, {@code from} and {@code to}. A key of the passage's own metadata stays as it is; one that
 * is among these, is blank or begins with {@code metadata_} gets {@code metadata_} put ahead, so
 * that none overwrites another and all come back as they were.
 */
final class PassageSegments {
  static final String PASSAGE = "passage";
  static final String DOCUMENT = "document";
  static final String TITLE = "title";
  static final String FROM = "from";
  static final String TO = "to";

  private static final Set<String> OURS = Set.of(PASSAGE, DOCUMENT, TITLE, FROM, TO);
  private static final String PREFIX = "metadata_";

  private PassageSegments() {}

  /** A passage with all that it is. */
  static TextSegment segment(Passage passage) {
    Metadata metadata = new Metadata();
    passage.metadata().forEach((key, value) -> metadata.put(key(key), value));
    metadata
        .put(PASSAGE, passage.id())
        .put(DOCUMENT, passage.document())
        .put(TITLE, passage.title())
        .put(FROM, passage.from())
        .put(TO, passage.to());
    return TextSegment.from(passage.text(), metadata);
  }

  /** What a key of a passage's metadata is called in a segment. */
  static String key(String key) {
    return OURS.contains(key) || key.isBlank() || key.startsWith(PREFIX) ? PREFIX + key : key;
  }

  /** A passage's id in the form of a UUID, the only one that some vector databases take. */
  static String embeddingId(String passage) {
    if (passage.matches("[0-9a-f]{32}")) { // as Fingerprint gives it
      return passage.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }
    return UUID.nameUUIDFromBytes(passage.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * The passage that a segment is. One that was not made by {@link #segment} is a passage of its
   * own: its document is {@code document}, {@code file_name} or {@code url} of its metadata, else
   * its id; its id is the one that its store knows it by, else a fingerprint of its text and
   * metadata.
   *
   * @param embeddingId its id in a store, or null
   */
  static Passage passage(TextSegment segment, String embeddingId) {
    Map<String, Object> given = segment.metadata().toMap();
    String text = whole(segment.text());
    String id = first(string(given, PASSAGE), embeddingId);
    if (id == null) {
      List<String> all = new ArrayList<>(List.of(text));
      new TreeMap<>(given).forEach((key, value) -> all.addAll(List.of(key, value.toString())));
      id = Fingerprint.of(all);
    }
    String document =
        first(
            string(given, DOCUMENT),
            first(string(given, "file_name"), first(string(given, "url"), id)));
    int from = number(given, FROM, 0);
    int to = number(given, TO, from + text.length());
    Map<String, String> metadata = new HashMap<>();
    given.forEach(
        (key, value) -> {
          if (!OURS.contains(key)) {
            String own = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
            metadata.put(whole(own), whole(value.toString()));
          }
        });
    String title = string(given, TITLE);
    return new Passage(
        whole(id),
        whole(document),
        to < from ? 0 : from,
        to < from ? text.length() : to,
        title == null ? "" : title,
        text,
        metadata);
  }

  private static String first(String a, String b) {
    return a == null || a.isBlank() ? b : a;
  }

  private static String string(Map<String, Object> metadata, String key) {
    Object value = metadata.get(key);
    return value == null ? null : whole(value.toString());
  }

  /** A whole number from 0 as any store gives it back: some keep all numbers as double, or text. */
  private static int number(Map<String, Object> metadata, String key, int otherwise) {
    Object value = metadata.get(key);
    try {
      double number = value == null ? -1 : Double.parseDouble(value.toString());
      return number >= 0 && number <= Integer.MAX_VALUE && number == Math.rint(number)
          ? (int) number
          : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Halves of characters, which a passage can't hold, become U+FFFD; the length stays. */
  static String whole(String text) {
    if (text.codePoints().noneMatch(c -> 0xd800 <= c && c <= 0xdfff)) {
      return text;
    }
    StringBuilder b = new StringBuilder(text.length());
    text.codePoints().forEach(c -> b.appendCodePoint(0xd800 <= c && c <= 0xdfff ? 0xfffd : c));
    return b.toString();
  }
}
