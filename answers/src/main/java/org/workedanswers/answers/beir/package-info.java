/**
 * Collections in BEIR's layout, searched by words, by meaning and by both: {@code study beir}.
 * Start with {@link org.workedanswers.answers.beir.Rankings}.
 */
package org.workedanswers.answers.beir;
