/** Sentence embeddings by the transformer's own encoder, for rag. */
package org.workedanswers.embeddings;
