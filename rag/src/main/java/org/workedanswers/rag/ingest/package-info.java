/**
 * From documents to a store: start with {@link org.workedanswers.rag.ingest.Ingestion}. What reads
 * files is an integration.
 */
package org.workedanswers.rag.ingest;
