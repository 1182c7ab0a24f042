/** From passages to an answer that cites them. */
package org.workedanswers.rag.answer;
