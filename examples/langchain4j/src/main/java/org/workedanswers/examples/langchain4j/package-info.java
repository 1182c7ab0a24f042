/**
 * Services and servers that the text names, beside {@code rag}: a class each, to copy from.
 *
 * <p>Each takes its key as an argument; where that comes from, an environment variable or a file,
 * is the caller's choice.
 */
package org.workedanswers.examples.langchain4j;
