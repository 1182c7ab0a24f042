/** The command line: {@link org.workedanswers.answers.cli.Study} and its commands. */
package org.workedanswers.answers.cli;
