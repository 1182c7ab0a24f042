/**
 * What a search or an answer does, step by step, for who wants to measure it: start with {@link
 * org.workedanswers.rag.observe.StepObserver}.
 */
package org.workedanswers.rag.observe;
