/**
 * From a decoder's logits to the next token: the steps that leave some tokens out, and the draw.
 *
 * <p>Start with {@link org.workedanswers.transformer.sampling.Sampler}. Each step is a class that
 * opens with its formula and its paper: {@link
 * org.workedanswers.transformer.sampling.RepetitionPenalty}, {@link
 * org.workedanswers.transformer.sampling.Temperature}, {@link
 * org.workedanswers.transformer.sampling.TopK}, {@link
 * org.workedanswers.transformer.sampling.TopP}, {@link
 * org.workedanswers.transformer.sampling.MinP}. {@link
 * org.workedanswers.transformer.sampling.SamplerTrace} shows what each of them left.
 */
package org.workedanswers.transformer.sampling;
