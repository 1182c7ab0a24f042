/** Question 14: encoder-only, decoder-only, encoder-decoder, as far as masks and shapes go. */
package org.workedanswers.answers.q14;
