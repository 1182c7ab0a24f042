/**
 * Comparisons with libraries that nothing else here needs: libtorch, Lucene, JVector, and Jlama
 * where Java is new enough. Built by the Maven profile {@code peers} alone.
 */
package org.workedanswers.peers;
