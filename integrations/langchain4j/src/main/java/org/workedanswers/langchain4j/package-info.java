/**
 * LangChain4j's embedding models in {@code rag}.
 *
 * <p>Start with {@link org.workedanswers.langchain4j.LangChain4jEmbedder}, which makes any of them
 * an embedder. {@link org.workedanswers.langchain4j.MiniLmModel} is one more of them:
 * all-MiniLM-L6-v2 in process, at the setting of its published scores.
 */
package org.workedanswers.langchain4j;
