/** Question 4: scaled dot-product attention, worked on a sentence in MiniLM's first layer. */
package org.workedanswers.answers.q04;
