/**
 * A person's own documents, ingested, searched and asked: start with {@link
 * org.workedanswers.answers.docs.Library}.
 */
package org.workedanswers.answers.docs;
