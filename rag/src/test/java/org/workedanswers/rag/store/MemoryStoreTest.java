package org.workedanswers.rag.store;

import org.workedanswers.core.Loop;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.WordAnalyzer;

class MemoryStoreTest extends StoreContract {
  @Override
  protected PassageStore open() {
    return new MemoryStore(
        PlainKernels.PLAIN, Loop.sequential(), D, new WordAnalyzer(), Bm25.Settings.STANDARD);
  }
}
