package org.workedanswers.pgvector;

import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreContract;

/** The contract's entries, for tests that are none of it. */
final class Entries extends StoreContract {
  private Entries() {}

  static Entry of(SeededRandom random, String document, String... texts) {
    return entry(random, document, texts);
  }

  @Override
  protected PassageStore open() {
    throw new UnsupportedOperationException();
  }
}
