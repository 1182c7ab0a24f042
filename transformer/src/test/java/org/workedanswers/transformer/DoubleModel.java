package org.workedanswers.transformer;

import java.util.Optional;
import java.util.function.IntBinaryOperator;
import org.apache.commons.math3.special.Erf;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.Rope;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;

/**
 * A random layer with all its weights at hand, as our {@link Layer} and, loop by loop in double
 * precision, as its formulas say.
 */
final class DoubleModel {
  final NormPlace place;
  final boolean rms;
  final int d;
  final int h;
  final int g;
  final int size;
  final int hidden;
  final Activation activation;
  final boolean gated;
  final Positions positions;
  final boolean cross;
  final int sourceWidth;
  final RelativeBias bias;
  final Matrix biasNumbers;
  final Matrix wq;
  final Matrix wk;
  final Matrix wv;
  final Matrix wo;
  final float[] bq;
  final float[] bo;
  final Matrix cq;
  final Matrix ck;
  final Matrix cv;
  final Matrix co;
  final Matrix up;
  final Matrix gate;
  final Matrix down;
  final float[] bUp;
  final float[][] gains = new float[3][];
  final float[][] shifts = new float[3][];
  static final double EPSILON = 1e-3; // large enough to matter

  /** Of the last {@link #apply}, [h][n][m] each. */
  double[][][] selfWeights;

  double[][][] crossWeights;

  DoubleModel(SeededRandom random, boolean causal, boolean cross) {
    place = random.coin() ? NormPlace.PRE : NormPlace.POST;
    rms = random.coin();
    g = 1 + random.below(3);
    h = g * (1 + random.below(3));
    size = 2 * (1 + random.below(5));
    d = 3 + random.below(30);
    hidden = 1 + random.below(40);
    sourceWidth = 2 + random.below(20);
    activation = Activation.values()[random.below(Activation.values().length)];
    gated = random.coin();
    Positions[] choices = {Positions.NONE, Positions.ROTARY, Positions.RELATIVE};
    positions = choices[random.below(3)];
    this.cross = cross;
    biasNumbers = random.gaussian(8, h, 1);
    bias = new RelativeBias(biasNumbers, !causal, 9);
    wq = weight(random, h * size, d);
    wk = weight(random, g * size, d);
    wv = weight(random, g * size, d);
    wo = weight(random, d, h * size);
    bq = vector(random, h * size);
    bo = vector(random, d);
    cq = weight(random, h * size, d);
    ck = weight(random, g * size, sourceWidth);
    cv = weight(random, g * size, sourceWidth);
    co = weight(random, d, h * size);
    up = weight(random, hidden, d);
    gate = weight(random, hidden, d);
    down = weight(random, d, hidden);
    bUp = vector(random, hidden);
    for (int n = 0; n < 3; n++) {
      gains[n] = vector(random, d);
      shifts[n] = vector(random, d);
    }
  }

  private static Matrix weight(SeededRandom random, int out, int in) {
    return random.gaussian(out, in, 1 / Math.sqrt(in));
  }

  private static float[] vector(SeededRandom random, int n) {
    return random.gaussian(1, n, 1).data();
  }

  Layer layer() {
    MultiHead heads = new MultiHead(h, g);
    SelfAttention attention =
        new SelfAttention(
            heads,
            Linear.joined(Linear.dense(wq, bq), Linear.dense(wk, null), Linear.dense(wv, null)),
            Linear.dense(wo, bo),
            positions == Positions.ROTARY
                ? Optional.of(new RotaryPositions(Rope.of(size, Rope.Pairing.INTERLEAVED)))
                : Optional.empty(),
            positions == Positions.RELATIVE ? Optional.of(bias) : Optional.empty());
    Optional<Layer.Cross> toEncoder = Optional.empty();
    if (cross) {
      CrossAttention c =
          new CrossAttention(
              heads,
              Linear.dense(cq, null),
              Linear.sideBySide(Linear.dense(ck, null), Linear.dense(cv, null)),
              Linear.dense(co, null),
              positions != Positions.RELATIVE);
      toEncoder = Optional.of(new Layer.Cross(c, norm(1)));
    }
    Mlp mlp =
        gated
            ? Mlp.gated(
                Linear.dense(gate, null),
                Linear.dense(up, bUp),
                Linear.dense(down, null),
                activation)
            : Mlp.dense(Linear.dense(up, bUp), Linear.dense(down, null), activation);
    return new Layer(place, attention, norm(0), toEncoder, mlp, norm(2));
  }

  private Norm norm(int n) {
    return rms ? new RmsNorm(gains[n], EPSILON) : new LayerNorm(gains[n], shifts[n], EPSILON);
  }

  /** The layer's output; {@code allowed(i, j)} is 1 where i may attend to j; z may be null. */
  double[][] apply(double[][] x, double[][] z, IntBinaryOperator allowed) {
    double[][] y = sub(x, 0, n -> attend(n, n, wq, wk, wv, wo, bq, bo, true, allowed));
    if (cross) {
      y = sub(y, 1, n -> attend(n, z, cq, ck, cv, co, null, null, false, (i, j) -> 1));
    }
    return sub(y, 2, this::feedForward);
  }

  private interface Part {
    double[][] of(double[][] x);
  }

  private double[][] sub(double[][] x, int n, Part part) {
    double[][] f = part.of(place == NormPlace.PRE ? norm(x, n) : x);
    double[][] y = new double[x.length][d];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < d; j++) {
        y[i][j] = x[i][j] + f[i][j];
      }
    }
    return place == NormPlace.POST ? norm(y, n) : y;
  }

  private double[][] norm(double[][] x, int n) {
    double[][] y = new double[x.length][d];
    for (int i = 0; i < x.length; i++) {
      double mean = 0;
      for (double v : x[i]) {
        mean += rms ? 0 : v / d;
      }
      double square = 0;
      for (double v : x[i]) {
        square += (v - mean) * (v - mean) / d;
      }
      for (int j = 0; j < d; j++) {
        double v = (x[i][j] - mean) / Math.sqrt(square + EPSILON);
        y[i][j] = v * gains[n][j] + (rms ? 0 : shifts[n][j]);
      }
    }
    return y;
  }

  private double[][] attend(
      double[][] x,
      double[][] z,
      Matrix q,
      Matrix k,
      Matrix v,
      Matrix o,
      float[] qBias,
      float[] oBias,
      boolean self,
      IntBinaryOperator allowed) {
    double[][] queries = linear(x, q, qBias);
    double[][] keys = linear(z, k, null);
    double[][] values = linear(z, v, null);
    boolean turned = self && positions == Positions.ROTARY;
    boolean scaled = positions != Positions.RELATIVE;
    double[][] out = new double[x.length][h * size];
    double[][][] all = new double[h][x.length][z.length];
    for (int t = 0; t < h; t++) {
      int s = t * g / h;
      for (int i = 0; i < x.length; i++) {
        double[] weights = new double[z.length];
        double sum = 0;
        for (int j = 0; j < z.length; j++) {
          double score = 0;
          double[] a = head(queries[i], t, turned ? i : 0);
          double[] b = head(keys[j], s, turned ? j : 0);
          for (int c = 0; c < size; c++) {
            score += a[c] * b[c];
          }
          score = scaled ? score / Math.sqrt(size) : score;
          if (self && positions == Positions.RELATIVE) {
            score += biasNumbers.get(bias.bucket(j - i), t);
          }
          weights[j] = allowed.applyAsInt(i, j) == 1 ? Math.exp(score) : 0;
          sum += weights[j];
        }
        for (int j = 0; j < z.length; j++) {
          all[t][i][j] = weights[j] / sum;
          for (int c = 0; c < size; c++) {
            out[i][t * size + c] += weights[j] / sum * values[j][s * size + c];
          }
        }
      }
    }
    if (self) {
      selfWeights = all;
    } else {
      crossWeights = all;
    }
    return linear(out, o, oBias);
  }

  /** The columns of a head, turned by its position as RoFormer's equation 34 has it. */
  private double[] head(double[] row, int t, int position) {
    double[] x = new double[size];
    for (int p = 0; p < size / 2; p++) {
      double angle = position * Math.pow(10_000, -2.0 * p / size);
      double one = row[t * size + 2 * p];
      double other = row[t * size + 2 * p + 1];
      x[2 * p] = one * Math.cos(angle) - other * Math.sin(angle);
      x[2 * p + 1] = one * Math.sin(angle) + other * Math.cos(angle);
    }
    return x;
  }

  private double[][] feedForward(double[][] x) {
    double[][] u = linear(x, up, bUp);
    double[][] a = gated ? linear(x, gate, null) : u;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < hidden; j++) {
        a[i][j] = phi(activation, a[i][j]) * (gated ? u[i][j] : 1);
      }
    }
    return linear(a, down, null);
  }

  static double phi(Activation activation, double x) {
    return switch (activation) {
      case GELU -> 0.5 * x * (1 + Erf.erf(x / Math.sqrt(2)));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case SILU -> x / (1 + Math.exp(-x));
      case RELU -> Math.max(0, x);
    };
  }

  static double[][] linear(double[][] x, Matrix w, float[] b) {
    double[][] y = new double[x.length][w.rows()];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < w.rows(); o++) {
        y[i][o] = b == null ? 0 : b[o];
        for (int j = 0; j < w.cols(); j++) {
          y[i][o] += x[i][j] * w.get(o, j);
        }
      }
    }
    return y;
  }

  static double[][] doubles(Matrix m) {
    double[][] x = new double[m.rows()][m.cols()];
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        x[i][j] = m.get(i, j);
      }
    }
    return x;
  }
}
