/** Question 2: the parts of a transformer, shown at work, and the claims that are made of them. */
package org.workedanswers.answers.q02;
