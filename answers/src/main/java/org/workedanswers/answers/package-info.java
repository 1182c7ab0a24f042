/**
 * The worked answers: each runs its technique on real input, shows the working on a {@link
 * org.workedanswers.answers.sheet.Worksheet} and has its claims judged by the {@link
 * org.workedanswers.answers.ledger.Ledger}. Start with {@link org.workedanswers.answers.Answer}.
 */
package org.workedanswers.answers;
