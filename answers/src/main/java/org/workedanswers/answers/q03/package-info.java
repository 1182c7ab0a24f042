/**
 * Question 3: retrieval as context for a question, on WordNet's chemical elements.
 *
 * <p>Start with {@link org.workedanswers.answers.q03.RetrievalAnswer}.
 */
package org.workedanswers.answers.q03;
