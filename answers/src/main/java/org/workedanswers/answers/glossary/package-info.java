/**
 * A part of WordNet as a glossary that is asked what its words mean: what claims on retrieval are
 * measured on where a question must be answered, not only searched for. Start with {@link
 * org.workedanswers.answers.glossary.Glossary}.
 */
package org.workedanswers.answers.glossary;
