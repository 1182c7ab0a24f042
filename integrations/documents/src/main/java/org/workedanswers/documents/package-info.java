/**
 * A folder's text, Markdown, HTML and PDF files as {@code rag}'s documents: start with {@link
 * org.workedanswers.documents.DocumentFolder}.
 */
package org.workedanswers.documents;
