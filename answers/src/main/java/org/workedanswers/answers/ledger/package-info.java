/**
 * The ledger: every claim of the text that a CPU can check, measured and judged.
 *
 * <p>Start with {@link org.workedanswers.answers.ledger.Claim}: what is claimed, how it is measured
 * and by which {@link org.workedanswers.answers.ledger.Rule} it is judged. A verdict is always
 * computed; a checked-in list pins the verdicts so that a change is noticed.
 */
package org.workedanswers.answers.ledger;
