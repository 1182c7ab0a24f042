/**
 * {@code rag}'s passages in a Lucene index on disk: {@link org.workedanswers.lucene.LuceneStore}.
 */
package org.workedanswers.lucene;
