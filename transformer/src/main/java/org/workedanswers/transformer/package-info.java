/** Whole transformers, made of the techniques: encoder, decoder and both together. */
package org.workedanswers.transformer;
