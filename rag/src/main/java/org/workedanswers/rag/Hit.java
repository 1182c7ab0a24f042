package org.workedanswers.rag;

/**
 * A document that a search found.
 *
 * @param document its number in the collection
 * @param score the higher, the better; comparable within one search only
 */
public record Hit(int document, double score) {}
