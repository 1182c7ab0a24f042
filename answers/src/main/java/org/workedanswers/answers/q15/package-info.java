/**
 * Question 15, mixture of experts: MiniLM's own feed-forward layer as experts, by copies and by
 * parts. Start with {@link org.workedanswers.answers.q15.MixtureAnswer}.
 */
package org.workedanswers.answers.q15;
