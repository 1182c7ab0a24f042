/**
 * From a question to its best passages: start with {@link
 * org.workedanswers.rag.search.PassageSearch}.
 */
package org.workedanswers.rag.search;
