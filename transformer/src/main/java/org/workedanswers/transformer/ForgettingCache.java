package org.workedanswers.transformer;

import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.RollingKvCache;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Keys and values of the tokens that a {@link Retention} keeps. Tokens that find free places attend
 * together; from then on one after the other, so that any cut of a text gives the same bits.
 *
 * @param placed whether tokens are turned by their places in the cache, or by those in the text
 */
record ForgettingCache(RollingKvCache kept, boolean placed) implements LayerCache {
  @Override
  public long bytes() {
    return kept.bytes();
  }

  @Override
  public void truncate(int length) {
    Check.that(length == kept.seen(), "a sequence that forgets can't go back to %d tokens", length);
  }

  /** Appends k and v [n x g d_h] and writes what q [n x h d_h] attends to; none is turned yet. */
  void attend(
      Compute compute,
      MultiHead heads,
      RotaryPositions rope,
      Matrix q,
      Matrix k,
      Matrix v,
      Matrix to) {
    int most = kept.sinks() + kept.window();
    if (placed) {
      kept.attend(heads, compute.attention(), compute.loop(), rope.table(most), q, k, v, to);
      return;
    }
    rope.rotate(q, (int) kept.seen());
    rope.rotate(k, (int) kept.seen());
    int together = Math.min(q.rows(), most - kept.length());
    for (int from = 0, end; from < q.rows(); from = end) {
      end = from < together ? together : from + 1;
      kept.append(k.rows(from, end), v.rows(from, end));
      heads.attend(
          compute.attention(),
          compute.loop(),
          q.rows(from, end),
          kept.keys(),
          kept.values(),
          Mask.causal(),
          to.rows(from, end));
    }
  }
}
