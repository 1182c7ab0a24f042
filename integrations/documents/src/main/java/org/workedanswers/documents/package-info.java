/**
 * Files as documents for {@code rag}: start with {@link org.workedanswers.documents.Folder}, which
 * lists what a folder holds. Text, Markdown (by commonmark-java), HTML (by jsoup) and PDF (by
 * PDFBox); a {@link org.workedanswers.documents.DocumentParser} adds a kind.
 *
 * <p>PDFBox looks for the system's fonts when a file lacks its own, and keeps their list in the
 * user's home; its system property {@code pdfbox.fontcache} names another folder.
 */
package org.workedanswers.documents;
