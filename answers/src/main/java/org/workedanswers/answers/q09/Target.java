package org.workedanswers.answers.q09;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/** The matrices of MiniLM's first layer that can be adapted, and what really enters them. */
enum Target {
  /** W_Q, 384 x 384. */
  QUERY,
  /** W_K, 384 x 384. */
  KEY,
  /** W_V, 384 x 384. */
  VALUE,
  /** W_O, 384 x 384: its input is what the heads attended to. */
  OUTPUT,
  /** W₁ of the feed-forward layer, 1536 x 384. */
  UP;

  private static final String PASSAGE = read();

  /**
   * A matrix with its real input.
   *
   * @param w W [d_out x d_in]
   * @param x its input for a passage of text [n x d_in], one token a row
   * @param tokens those tokens
   */
  record RealLayer(Matrix w, Matrix x, MiniLm.Tokens tokens) {}

  /**
   * The matrix of that name, in small letters.
   *
   * @throws IllegalArgumentException if there is none; it names those there are
   */
  static Target of(String name) {
    for (Target target : values()) {
      if (target.toString().equals(name)) {
        return target;
      }
    }
    throw new IllegalArgumentException(
        "there is no matrix '" + name + "' to adapt: there are " + List.of(values()));
  }

  /** The matrix, and its input for the first {@code n} tokens of a passage, or all it has. */
  RealLayer layer(Kernels kernels, int n) {
    MiniLm.FirstLayer run = MiniLm.model().firstLayer(kernels, PASSAGE);
    Matrix x =
        switch (this) {
          case QUERY, KEY, VALUE -> run.input();
          case OUTPUT -> run.attended();
          case UP -> run.feedForwardInput();
        };
    MiniLm.Layer layer = MiniLm.model().layer(0);
    MiniLm.Dense dense =
        switch (this) {
          case QUERY -> layer.query();
          case KEY -> layer.key();
          case VALUE -> layer.value();
          case OUTPUT -> layer.attentionOutput();
          case UP -> layer.intermediate();
        };
    // The checkpoint has [in x out]; here, as in the paper, W is [d_out x d_in].
    return new RealLayer(
        dense.weight().transposed(), x.rows(0, Math.min(n, x.rows())), run.tokens());
  }

  private static String read() {
    try (InputStream in = Target.class.getResourceAsStream("passage.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
