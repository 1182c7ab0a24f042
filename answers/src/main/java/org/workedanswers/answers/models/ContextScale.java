package org.workedanswers.answers.models;

import java.util.Locale;
import org.workedanswers.attention.DynamicNtkScaling;
import org.workedanswers.attention.LongRopeScaling;
import org.workedanswers.attention.NtkScaling;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.core.Check;
import org.workedanswers.transformer.LlamaConfig;

/**
 * Positions beyond the length that a model was trained with.
 *
 * @param kind how they are scaled
 * @param factor s, how many times longer the context may be
 */
public record ContextScale(Kind kind, double factor) {
  private static final double MOST = 1024;

  /** How positions are scaled. */
  public enum Kind {
    /** {@link PositionInterpolation}. */
    LINEAR,
    /** {@link NtkScaling}. */
    NTK,
    /** {@link DynamicNtkScaling}: as far as the text at hand needs it. */
    DYNAMIC,
    /** {@link YarnScaling}. */
    YARN,
    /** {@link LongRopeScaling} with the factors of {@link ContextScale#longRope}. */
    LONGROPE;

    /** As papers name it. */
    String title() {
      return switch (this) {
        case LINEAR -> "position interpolation";
        case NTK -> "NTK";
        case DYNAMIC -> "dynamic NTK";
        case YARN -> "YaRN";
        case LONGROPE -> "LongRoPE-style";
      };
    }
  }

  /** Checks the factor. */
  public ContextScale {
    Check.that(
        factor >= 1 && factor <= MOST, "a factor of %s: it must be in 1..%.0f", factor, MOST);
  }

  /**
   * Reads {@code linear:4}, {@code ntk:4}, {@code dynamic:2}, {@code yarn:4} or {@code longrope:4}.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public static ContextScale of(String text) {
    String[] parts = text.split(":", -1);
    for (Kind kind : Kind.values()) {
      if (parts.length == 2 && kind.name().toLowerCase(Locale.ROOT).equals(parts[0])) {
        try {
          return new ContextScale(kind, Double.parseDouble(parts[1]));
        } catch (NumberFormatException e) {
          break;
        }
      }
    }
    throw new IllegalArgumentException(
        "--scale " + text + " is none of linear:4, ntk:4, dynamic:2, yarn:4, longrope:4");
  }

  /** How many tokens a sequence may have. */
  int longest(LlamaConfig config) {
    return (int) Math.min(factor * config.context(), Check.MAX_ELEMENTS);
  }

  /**
   * The configuration for a sequence of so many tokens.
   *
   * @throws IllegalArgumentException if the model's own file has its positions scaled
   */
  LlamaConfig apply(LlamaConfig config, int length) {
    Check.that(
        config.scaling().equals(RopeScaling.plain()),
        "the model's file has its positions scaled already (%s): --scale is for one that has not",
        config.scaling());
    int trained = config.context();
    RopeScaling scaling =
        switch (kind) {
          case LINEAR -> new PositionInterpolation(factor);
          case NTK -> new NtkScaling(factor);
          case DYNAMIC -> new DynamicNtkScaling(factor, trained);
          case YARN -> new YarnScaling(factor, trained);
          case LONGROPE ->
              longRope(factor, trained, config.ropeBase(), config.shape().attention().headSize());
        };
    return config.with(scaling, kind == Kind.DYNAMIC ? LlamaConfig.GROWING : length);
  }

  /**
   * LongRoPE with factors that are not searched for, as its authors' are: a pair that comes round
   * in the L positions of the training keeps its frequency, any other is divided by s; queries and
   * keys are not multiplied.
   *
   * @param factor s
   * @param trained L
   * @param base of the frequencies
   * @param width of a head
   */
  public static RopeScaling longRope(double factor, int trained, double base, int width) {
    double[] theta = Rope.frequencies(width, base);
    double[] longFactors = new double[theta.length];
    double[] shortFactors = new double[theta.length];
    for (int p = 0; p < theta.length; p++) {
      shortFactors[p] = 1;
      longFactors[p] = trained * theta[p] >= 2 * Math.PI ? 1 : factor;
    }
    return new LongRopeScaling(trained, shortFactors, longFactors, 1);
  }
}
