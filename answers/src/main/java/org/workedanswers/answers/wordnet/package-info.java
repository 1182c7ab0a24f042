/**
 * WordNet 3.1 as text: definitions, usage examples, and the examples with their word masked.
 *
 * <p>Start with {@link org.workedanswers.answers.wordnet.WordNet}. G. Miller, <i>WordNet: A Lexical
 * Database for English</i>, Communications of the ACM 38(11), 1995.
 */
package org.workedanswers.answers.wordnet;
