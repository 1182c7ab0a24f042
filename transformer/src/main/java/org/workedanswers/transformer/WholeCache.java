package org.workedanswers.transformer;

import org.workedanswers.attention.KvCache;

/** Keys and values of all tokens; keys are turned, but for those of a {@link GrowingRope}. */
record WholeCache(KvCache kept) implements LayerCache {
  @Override
  public long bytes() {
    return kept.bytes();
  }

  @Override
  public void truncate(int length) {
    kept.truncate(length);
  }
}
