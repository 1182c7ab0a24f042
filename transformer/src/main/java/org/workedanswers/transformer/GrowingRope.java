package org.workedanswers.transformer;

import org.workedanswers.attention.KvCache;
import org.workedanswers.attention.RopeTable;
import org.workedanswers.core.Matrix;

/**
 * Attention whose frequencies follow the length of the text, as dynamic NTK has them:
 *
 * <pre>
 * the query of token t and all keys 0 ... t are turned by θ(t + 1)
 * </pre>
 *
 * Keys that were turned for a shorter text do not fit the query of a longer one, so they are kept
 * as they were before and turned anew at every step beyond the length of the training: O(t) more a
 * token and layer, as attention itself has. A token's output depends on the tokens up to it and on
 * nothing else: the same bits in one piece, in chunks or token by token. Hugging Face's
 * transformers take the length of each forward pass instead and leave cached keys as they were
 * turned: there a prompt in one piece gives other numbers than token by token.
 */
final class GrowingRope {
  private GrowingRope() {}

  /** Attention once positions are told: queries are the last tokens of the keys. */
  @FunctionalInterface
  interface Turned {
    /**
     * Writes what turned queries attend to.
     *
     * @param first which row of all queries the first of these is
     */
    void attend(int first, Matrix queries, Matrix keys, Matrix values, Matrix to);
  }

  /** Appends k and v [n x g d_h] and writes what q [n x h d_h] attends to; none is turned yet. */
  static void attend(
      RotaryPositions rope,
      KvCache cache,
      Matrix q,
      Matrix k,
      Matrix v,
      Matrix to,
      Turned attention) {
    int before = cache.length();
    cache.append(k, v);
    int n = q.rows();
    int together = (int) Math.max(0, Math.min(n, (long) rope.unchangedTo() - before));
    for (int from = 0, end; from < n; from = end) {
      end = from < together ? together : from + 1;
      int length = before + end;
      Matrix queries = q.rows(from, end);
      Matrix keys = cache.keys().rows(0, length).copy();
      if (from < together) {
        rope.rotate(queries, before);
        rope.rotate(keys, 0);
      } else {
        RopeTable table = rope.table(length);
        table.rotate(queries, length - 1);
        table.rotate(keys, 0);
      }
      Matrix values = cache.values().rows(0, length);
      attention.attend(from, queries, keys, values, to.rows(from, end));
    }
  }
}
