/**
 * Low-rank adapters on a frozen linear layer.
 *
 * <p>Start with {@link org.workedanswers.lora.Adapter}: the formula, its gradients, what it adds to
 * a weight. {@link org.workedanswers.lora.LoraLinear} puts adapters on a {@link
 * org.workedanswers.lora.FrozenLinear} and swaps, sums and merges them. {@link
 * org.workedanswers.lora.Fit} trains one, {@link org.workedanswers.lora.BestRank} says how good it
 * can get. {@link org.workedanswers.lora.LoraPlan} and {@link
 * org.workedanswers.lora.TrainingMemory} count parameters and bytes over real models.
 */
package org.workedanswers.lora;
