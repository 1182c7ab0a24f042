/**
 * What a worked answer writes on, and how a terminal draws it. A worksheet knows nothing of where
 * it is shown.
 */
package org.workedanswers.answers.sheet;
