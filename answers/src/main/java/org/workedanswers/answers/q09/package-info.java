/**
 * Question 9, LoRA: adapters on MiniLM's own matrices. Start with {@link
 * org.workedanswers.answers.q09.LoraAnswer}; what the text claims is in {@link
 * org.workedanswers.answers.q09.LoraClaims}.
 */
package org.workedanswers.answers.q09;
