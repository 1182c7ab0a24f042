package org.workedanswers.tokenizers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Pieces and their numbers, 0 to size - 1. A number may have no piece. Of equal pieces the one with
 * the highest number is found by its text; each is found by its number.
 */
public final class Vocabulary {
  /** The highest number that a piece may have; published vocabularies end at a few 100,000. */
  public static final int MAX_ID = (1 << 22) - 1;

  private final List<String> pieces;
  private final Map<String, Integer> ids;
  private final int longest;

  private Vocabulary(List<String> pieces) {
    this.pieces = pieces;
    ids = new HashMap<>(2 * pieces.size());
    int most = 0;
    for (int id = 0; id < pieces.size(); id++) {
      String piece = pieces.get(id);
      if (piece != null) {
        ids.put(piece, id);
        most = Math.max(most, piece.length());
      }
    }
    longest = most;
  }

  /**
   * Pieces in the order of their numbers.
   *
   * @throws IllegalArgumentException if there are none, too many, or one is null
   */
  public static Vocabulary of(List<String> pieces) {
    Require.that(
        pieces != null && !pieces.isEmpty() && pieces.size() <= MAX_ID + 1,
        "a vocabulary of %s pieces: there must be 1 to %d",
        pieces == null ? "no" : Integer.toString(pieces.size()),
        MAX_ID + 1);
    for (int id = 0; id < pieces.size(); id++) {
      Require.that(pieces.get(id) != null, "piece %d is null", id);
    }
    return new Vocabulary(new ArrayList<>(pieces));
  }

  /**
   * Pieces with their numbers; some may be left out.
   *
   * @throws IllegalArgumentException if there are none, a number is not in 0 to {@link #MAX_ID}, or
   *     two pieces have the same
   */
  public static Vocabulary of(Map<String, Integer> ids) {
    Require.that(ids != null && !ids.isEmpty(), "a vocabulary without pieces");
    int highest = 0;
    for (Map.Entry<String, Integer> entry : ids.entrySet()) {
      highest = Math.max(highest, checked(entry.getKey(), entry.getValue()));
    }
    List<String> pieces = new ArrayList<>(Collections.nCopies(highest + 1, null));
    ids.forEach((piece, id) -> put(pieces, piece, id));
    return new Vocabulary(pieces);
  }

  /**
   * This one and the added tokens, which may be in it already.
   *
   * @throws IllegalArgumentException if one has a number that is another piece's, or is a piece
   *     with another number
   */
  Vocabulary with(List<AddedToken> added) {
    List<String> all = new ArrayList<>(pieces);
    for (AddedToken token : added) {
      int id = checked(token.content(), token.id());
      int known = find(token.content());
      Require.that(
          known == Tokenizer.NONE || known == id,
          "the added token %s has the number %d, and as a piece %d",
          Require.quoted(token.content()),
          id,
          known);
      while (all.size() <= id) {
        all.add(null);
      }
      put(all, token.content(), id);
    }
    return new Vocabulary(all);
  }

  private static int checked(String piece, Integer id) {
    Require.that(piece != null && id != null, "a piece or its number is null");
    Require.that(
        id >= 0 && id <= MAX_ID,
        "the piece %s has the number %d: it must be in 0..%d",
        Require.quoted(piece),
        id,
        MAX_ID);
    return id;
  }

  private static void put(List<String> pieces, String piece, int id) {
    String before = pieces.set(id, piece);
    Require.that(
        before == null || before.equals(piece),
        "%s and %s have the same number, %d",
        Require.quoted(piece),
        before == null ? "" : Require.quoted(before),
        id);
  }

  /** The highest number and one. */
  public int size() {
    return pieces.size();
  }

  /**
   * The piece with a number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String piece(int id) {
    String piece = id >= 0 && id < pieces.size() ? pieces.get(id) : null;
    Require.that(
        piece != null, "there is no token %d: the vocabulary goes from 0 to %d", id, size() - 1);
    return piece;
  }

  /** The number of a piece; empty if it is not there. */
  public OptionalInt id(String piece) {
    Integer id = ids.get(piece);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The number of a piece, or {@link Tokenizer#NONE}. */
  int find(String piece) {
    return ids.getOrDefault(piece, Tokenizer.NONE);
  }

  /** The number that left and right make together, or {@link Tokenizer#NONE}. */
  int joined(int left, int right) {
    String a = pieces.get(left);
    String b = pieces.get(right);
    return a.length() + b.length() > longest ? Tokenizer.NONE : find(a + b);
  }

  /** Whether a number has a piece. */
  boolean has(int id) {
    return id >= 0 && id < pieces.size() && pieces.get(id) != null;
  }

  /** How many chars the longest piece has. */
  int longest() {
    return longest;
  }
}
