/** From documents to a store. */
package org.workedanswers.rag.ingest;
