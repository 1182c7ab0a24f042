package org.workedanswers.embeddings;

import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;

/** BERT's formulas in double precision, loop by loop, from the weights of an ONNX file. */
final class DoubleBert {
  private static final double EPSILON = 1e-12;

  private final OnnxModel model;
  private final ModelShape shape;

  DoubleBert(Model model) {
    this.model = model.weights();
    shape = model.shape;
  }

  /** The last layer's vectors, [n x d]. */
  double[][] vectors(int... tokens) {
    int d = shape.dModel();
    Matrix word = matrix("embeddings.word_embeddings.weight");
    Matrix position = matrix("embeddings.position_embeddings.weight");
    Matrix type = matrix("embeddings.token_type_embeddings.weight");
    double[][] x = new double[tokens.length][d];
    for (int i = 0; i < tokens.length; i++) {
      for (int j = 0; j < d; j++) {
        x[i][j] = (double) word.get(tokens[i], j) + position.get(i, j) + type.get(0, j);
      }
    }
    normalize(x, "embeddings.LayerNorm");
    for (int l = 0; l < shape.layers(); l++) {
      String part = "encoder.layer." + l + ".";
      double[][] q = linear(x, part + "attention.self.query");
      double[][] k = linear(x, part + "attention.self.key");
      double[][] v = linear(x, part + "attention.self.value");
      double[][] a = linear(attended(q, k, v), part + "attention.output.dense");
      add(x, a);
      normalize(x, part + "attention.output.LayerNorm");
      double[][] h = linear(x, part + "intermediate.dense");
      for (double[] row : h) {
        for (int j = 0; j < row.length; j++) {
          row[j] *= normalBelow(row[j]);
        }
      }
      add(x, linear(h, part + "output.dense"));
      normalize(x, part + "output.LayerNorm");
    }
    return x;
  }

  private double[][] attended(double[][] q, double[][] k, double[][] v) {
    int size = shape.attention().headSize();
    double[][] out = new double[q.length][q[0].length];
    for (int from = 0; from < q[0].length; from += size) {
      for (int i = 0; i < q.length; i++) {
        double[] weights = new double[k.length];
        double sum = 0;
        for (int j = 0; j < k.length; j++) {
          double dot = 0;
          for (int c = from; c < from + size; c++) {
            dot += q[i][c] * k[j][c];
          }
          weights[j] = Math.exp(dot / Math.sqrt(size));
          sum += weights[j];
        }
        for (int j = 0; j < k.length; j++) {
          for (int c = from; c < from + size; c++) {
            out[i][c] += weights[j] / sum * v[j][c];
          }
        }
      }
    }
    return out;
  }

  private double[][] linear(double[][] x, String name) {
    String node = "/" + name.replace('.', '/').replace("layer/", "layer.") + "/MatMul";
    Matrix w = model.weightOf(node).matrix(); // [in x out]
    float[] bias = model.tensor(name + ".bias").floats();
    double[][] y = new double[x.length][w.cols()];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < bias.length; j++) {
        y[i][j] = bias[j];
      }
      for (int k = 0; k < w.rows(); k++) {
        double factor = x[i][k];
        int at = w.index(k, 0);
        for (int j = 0; j < bias.length; j++) {
          y[i][j] += factor * w.data()[at + j];
        }
      }
    }
    return y;
  }

  private void normalize(double[][] x, String name) {
    float[] gain = model.tensor(name + ".weight").floats();
    float[] bias = model.tensor(name + ".bias").floats();
    for (double[] row : x) {
      double mean = 0;
      for (double value : row) {
        mean += value / row.length;
      }
      double variance = 0;
      for (double value : row) {
        variance += (value - mean) * (value - mean) / row.length;
      }
      for (int j = 0; j < row.length; j++) {
        row[j] = (row[j] - mean) / Math.sqrt(variance + EPSILON) * gain[j] + bias[j];
      }
    }
  }

  private static void add(double[][] x, double[][] y) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        x[i][j] += y[i][j];
      }
    }
  }

  /**
   * Φ(x) by its series about 0, which converges for all x and is exact to 1e-15 where |x| is below
   * 6; beyond that it is 0 or 1.
   */
  private static double normalBelow(double x) {
    if (Math.abs(x) > 6) {
      return x < 0 ? 0 : 1;
    }
    double term = x;
    double sum = x;
    for (int n = 3; Math.abs(term) > 1e-18; n += 2) {
      term *= x * x / n;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private Matrix matrix(String name) {
    return model.tensor(name).matrix();
  }
}
