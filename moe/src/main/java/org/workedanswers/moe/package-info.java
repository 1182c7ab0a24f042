/**
 * Mixture of experts: many feed-forward layers, of which each token passes a few that a router
 * chooses.
 *
 * <p>Start with {@link org.workedanswers.moe.Routing}, which says who chooses what and with which
 * weight; then {@link org.workedanswers.moe.MixtureOfExperts}, which runs each expert once on the
 * tokens that chose it. {@link org.workedanswers.moe.Upcycling} and {@link
 * org.workedanswers.moe.Splitting} make experts of a dense layer whose result is known, {@link
 * org.workedanswers.moe.LoadBalance} measures how evenly the work is shared, {@link
 * org.workedanswers.moe.MoeAccounting} counts parameters, bytes and multiply-adds of published
 * models.
 *
 * <p>Matrices of weights are [in x out] throughout: a layer is x W + b, a token is a row of x.
 */
package org.workedanswers.moe;
