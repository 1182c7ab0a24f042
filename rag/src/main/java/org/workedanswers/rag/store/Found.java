package org.workedanswers.rag.store;

/**
 * A passage that a search found.
 *
 * @param passage the passage
 * @param score the higher, the better; comparable within one search only
 */
public record Found(Passage passage, double score) {}
