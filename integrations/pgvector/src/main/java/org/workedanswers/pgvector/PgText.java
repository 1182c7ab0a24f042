package org.workedanswers.pgvector;

import org.workedanswers.core.Check;

/**
 * Strings on their way to PostgreSQL and back. Its texts hold any character but U+0000, so that one
 * is written as two characters that Unicode gives no meaning, as the first of these is itself. Half
 * of a surrogate pair, which is no text, is written so too: it may be asked for, and is not found.
 */
final class PgText {
  /** The bytes of an id that an index of PostgreSQL has room for, with a margin. */
  static final int MAX_ID_BYTES = 2000;

  private static final char ESCAPE = '\ufdd0';
  private static final char ZERO = '\ufdd1';
  private static final char ITSELF = '\ufdd2';
  private static final char HALF = '\ufdd3';

  /** What {@link #write} puts between words, to be taken for blanks. */
  static final String SIGNS = "" + ESCAPE + ZERO + ITSELF;

  private PgText() {}

  /** As PostgreSQL can hold it. */
  static String write(String text) {
    StringBuilder written = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))
              || i > 0 && Character.isSurrogatePair(text.charAt(i - 1), c);
      boolean half = Character.isSurrogate(c) && !pair;
      if (written == null && (c == 0 || c == ESCAPE || half)) {
        written = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (written == null) {
        continue;
      }
      if (c == 0) {
        written.append(ESCAPE).append(ZERO);
      } else if (c == ESCAPE) {
        written.append(ESCAPE).append(ITSELF);
      } else if (half) { // from U+D800 on to U+E000 on, which is for private use
        written.append(ESCAPE).append(HALF).append((char) (c + 0x800));
      } else {
        written.append(c);
      }
    }
    return written == null ? text : written.toString();
  }

  /** What was written. */
  static String read(String text) {
    if (text.indexOf(ESCAPE) < 0) {
      return text;
    }
    StringBuilder read = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ESCAPE && i + 1 < text.length()) {
        i++;
        c = text.charAt(i) == ZERO ? 0 : ESCAPE;
      }
      read.append(c);
    }
    return read.toString();
  }

  /** As a key of a table. */
  static String key(String what, String id) {
    String written = write(id);
    int bytes =
        written.codePoints().map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4).sum();
    Check.that(
        bytes <= MAX_ID_BYTES,
        "the id of %s %.40s... has %d bytes: PostgreSQL's indexes take %d",
        what,
        id,
        bytes,
        MAX_ID_BYTES);
    return written;
  }

  /** As words to look for: nothing that is no text. */
  static String words(String query) {
    StringBuilder words = new StringBuilder(query.length());
    query
        .codePoints()
        .map(c -> c == 0 || 0xd800 <= c && c <= 0xdfff ? ' ' : c)
        .forEach(words::appendCodePoint);
    return words.toString();
  }
}
