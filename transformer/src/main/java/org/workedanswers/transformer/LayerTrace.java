package org.workedanswers.transformer;

import java.util.List;
import java.util.Optional;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.MixtureOfExperts;

/**
 * What one layer did with n tokens of width d.
 *
 * @param input x, what came in [n x d]
 * @param attentionOutput what the attention part gave [n x d]
 * @param attentionWeights for each sequence of the batch the weights of each head [n x m]
 * @param crossWeights the same of the attention to an encoder; empty where there is none
 * @param afterAttention the stream after the attention parts, residual added [n x d]
 * @param feedForwardOutput what the feed-forward part gave [n x d]
 * @param routing what its router chose, where there is one
 * @param output y, what went on [n x d]
 */
public record LayerTrace(
    Matrix input,
    Matrix attentionOutput,
    List<List<Matrix>> attentionWeights,
    List<List<Matrix>> crossWeights,
    Matrix afterAttention,
    Matrix feedForwardOutput,
    Optional<MixtureOfExperts.Trace> routing,
    Matrix output) {
  /** The mean over the rows of m of their length, √(Σ xⱼ²): the size of a residual stream, say. */
  public static double meanLength(Matrix m) {
    double sum = 0;
    for (int i = 0; i < m.rows(); i++) {
      double square = 0;
      for (int j = 0; j < m.cols(); j++) {
        square += (double) m.get(i, j) * m.get(i, j);
      }
      sum += Math.sqrt(square);
    }
    return m.rows() == 0 ? 0 : sum / m.rows();
  }
}
