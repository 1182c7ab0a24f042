/**
 * The three kinds of transformer side by side, for the questions that ask of them. {@link
 * org.workedanswers.answers.kinds.ThreeKinds} builds them.
 */
package org.workedanswers.answers.kinds;
