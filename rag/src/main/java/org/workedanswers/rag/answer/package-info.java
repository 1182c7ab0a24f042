/**
 * From passages to an answer that cites them: start with {@link
 * org.workedanswers.rag.answer.Answerer}.
 */
package org.workedanswers.rag.answer;
