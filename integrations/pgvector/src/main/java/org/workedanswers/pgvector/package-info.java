/**
 * {@code rag}'s passages in PostgreSQL with pgvector: {@link
 * org.workedanswers.pgvector.PgVectorStore}.
 *
 * <p>Which store? {@code MemoryStore} for a test, an example, or a collection that is read once and
 * searched exactly; nothing is kept. {@code LuceneStore} for one program on one machine: no server,
 * a folder, the fastest search by words. This one where several programs read and write one
 * collection, where it has to live with other data, its backups and its rights, or where others
 * administer it; each search costs a round trip to the server, and one by words takes longer the
 * more passages hold one of its words.
 */
package org.workedanswers.pgvector;
