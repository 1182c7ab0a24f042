/**
 * Collections of passages that change: documents come, change and go, and are searched by words and
 * by meaning meanwhile. {@link org.workedanswers.rag.store.PassageStore} is what all stores
 * promise; {@link org.workedanswers.rag.store.MemoryStore} is the one in memory, on this module's
 * own BM25 and exact search.
 */
package org.workedanswers.rag.store;
