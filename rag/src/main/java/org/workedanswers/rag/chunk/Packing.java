package org.workedanswers.rag.chunk;

import java.util.ArrayList;
import java.util.List;

/** Puts neighbouring pieces of a text into chunks, as many as fit. */
final class Packing {
  private Packing() {}

  /**
   * Chunks of whole pieces of at most {@code size} tokens each; a chunk begins again with the last
   * pieces of the one ahead, as many as {@code overlap} tokens hold and the next piece leaves room
   * for.
   *
   * @param pieces in the text's order, each of at most {@code size} tokens
   */
  static List<Span> pack(TokenIndex index, List<Span> pieces, int size, int overlap) {
    List<Span> chunks = new ArrayList<>();
    int first = 0;
    int end = 0; // the pieces up to here are in a chunk
    while (end < pieces.size()) {
      end++;
      while (end < pieces.size() && index.count(between(pieces, first, end + 1)) <= size) {
        end++;
      }
      Span chunk = between(pieces, first, end);
      if (index.count(chunk) > 0) {
        chunks.add(chunk);
      }
      first = end == pieces.size() ? end : next(index, pieces, first + 1, end, size, overlap);
    }
    return chunks;
  }

  /** The first piece of the next chunk, which holds piece {@code end}. */
  private static int next(
      TokenIndex index, List<Span> pieces, int from, int end, int size, int overlap) {
    int first = from;
    while (first < end
        && (index.count(between(pieces, first, end)) > overlap
            || index.count(between(pieces, first, end + 1)) > size)) {
      first++;
    }
    return first;
  }

  private static Span between(List<Span> pieces, int first, int end) {
    return new Span(pieces.get(first).from(), pieces.get(end - 1).to());
  }

  /** The pieces, those of more than {@code size} tokens cut into such. */
  static List<Span> cut(TokenIndex index, List<Span> pieces, int size) {
    List<Span> cut = new ArrayList<>();
    for (Span piece : pieces) {
      if (index.count(piece) <= size) {
        cut.add(piece);
      } else {
        cut.addAll(index.windows(index.at(piece.from()), index.at(piece.to()), size, 0));
      }
    }
    return cut;
  }
}
