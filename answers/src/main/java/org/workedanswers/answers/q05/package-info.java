/** Question 5: what a long context costs, and the ways to pay less. */
package org.workedanswers.answers.q05;
