/**
 * LangChain4j both ways: its models and stores in {@code rag}, {@code rag}'s retrieval in its AI
 * services.
 *
 * <p>Start with {@link org.workedanswers.langchain4j.LangChain4jEmbedder}, which makes any of its
 * embedding models an embedder. {@link org.workedanswers.langchain4j.MiniLmModel} is one more of
 * them: all-MiniLM-L6-v2 in process, at the setting of its published scores.
 *
 * <ul>
 *   <li>Search: {@link org.workedanswers.langchain4j.PassageRetriever} is ours as theirs, {@link
 *       org.workedanswers.langchain4j.EmbeddingStorePassages} and {@link
 *       org.workedanswers.langchain4j.ContentRetrieverPassages} are theirs as ours.
 *   <li>Reranking: {@link org.workedanswers.langchain4j.ScoringModelReranker}, and from files
 *       {@link org.workedanswers.langchain4j.OnnxReranker}.
 *   <li>Answering: {@link org.workedanswers.langchain4j.LangChain4jLanguageModel}, and for servers
 *       that speak OpenAI's chat completions {@link
 *       org.workedanswers.langchain4j.OpenAiCompatible}.
 * </ul>
 */
package org.workedanswers.langchain4j;
