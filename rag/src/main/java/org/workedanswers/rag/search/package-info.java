/** From a question to its best passages. */
package org.workedanswers.rag.search;
