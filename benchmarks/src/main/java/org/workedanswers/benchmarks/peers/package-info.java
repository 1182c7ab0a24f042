/**
 * The comparisons behind {@code ./study bench --peers}: one of our hot paths and a peer in turn, on
 * the same work.
 *
 * <p>Start with {@link org.workedanswers.benchmarks.peers.Race}, which says how two sides are
 * timed, and {@link org.workedanswers.benchmarks.peers.Catalogue}, which lists what there is. Each
 * comparison runs in a JVM of its own, so that neither natives nor what the JIT has seen of one
 * disturb the next.
 */
package org.workedanswers.benchmarks.peers;
