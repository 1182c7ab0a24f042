/** Question 13: quantization, worked on MiniLM's own matrices. */
package org.workedanswers.answers.q13;
