package org.workedanswers.transformer;

/** What one layer keeps of a sequence. */
sealed interface LayerCache permits WholeCache, ForgettingCache {
  /** Bytes of the keys and values, as far as memory was taken. */
  long bytes();

  /** Goes back to the first {@code length} tokens. */
  void truncate(int length);
}
