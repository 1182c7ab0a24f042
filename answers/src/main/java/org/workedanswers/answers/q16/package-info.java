/**
 * Question 16: retrieval by words, by meaning and by both, in WordNet as a reverse dictionary.
 *
 * <p>Start with {@link org.workedanswers.answers.q16.ReverseDictionary}: where the documents and
 * the queries come from.
 */
package org.workedanswers.answers.q16;
