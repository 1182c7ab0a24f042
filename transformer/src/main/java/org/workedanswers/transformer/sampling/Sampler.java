package org.workedanswers.transformer.sampling;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.SeededRandom;

/**
 * Draws the next token from a decoder's logits: steps change them or leave tokens out, one after
 * the other, and of what is left one is drawn by its probability,
 *
 * <pre>
 * p_i = e^(x_i / T) / Σ_j e^(x_j / T)        over the tokens j that are left
 * </pre>
 *
 * One uniform number is drawn of the caller's {@link SeededRandom} where more than one token is
 * left; where one is, as at temperature 0, none. Sums are in double precision.
 *
 * <p>Without a step that leaves tokens out a draw is two passes over the vocabulary. Top-k adds one
 * more and needs no sort; top-p sorts as many as it keeps, and at most four times that or 64.
 * Immutable: many threads may use it, each with random numbers of its own.
 */
public final class Sampler {
  private final List<SamplingStep> steps;

  /** With the usual steps in the usual order. */
  public Sampler(SamplerSettings settings) {
    this(settings.steps());
  }

  /** With these steps in this order; with none it is the model's own distribution. */
  public Sampler(List<? extends SamplingStep> steps) {
    this.steps = List.copyOf(steps);
  }

  /** The steps in their order. */
  public List<SamplingStep> steps() {
    return steps;
  }

  /**
   * Draws a token.
   *
   * @param logits x, one for each token of the vocabulary; unchanged. -∞ forbids a token.
   * @param text the tokens so far, prompt included: for the repetition penalty
   * @throws IllegalArgumentException if there are no logits, one is NaN or +∞, all are -∞, or a
   *     token of the text is not in the vocabulary
   */
  public int next(float[] logits, int[] text, SeededRandom random) {
    return next(logits, text, text.length, random);
  }

  /**
   * Draws a token, of a text that is the first {@code length} tokens of an array.
   *
   * @throws IllegalArgumentException as {@link #next(float[], int[], SeededRandom)}, or if the
   *     array is shorter
   */
  public int next(float[] logits, int[] text, int length, SeededRandom random) {
    Candidates candidates = new Candidates(logits);
    BitSet seen = seen(text, length, logits.length);
    for (SamplingStep step : steps) {
      step.apply(candidates, seen);
    }
    return candidates.token(draw(candidates, random));
  }

  /**
   * Draws the same token, and tells how.
   *
   * @param most how many tokens of each stage are listed
   * @throws IllegalArgumentException as {@link #next(float[], int[], SeededRandom)}, or if {@code
   *     most} is negative
   */
  public SamplerTrace explain(float[] logits, int[] text, SeededRandom random, int most) {
    Candidates candidates = new Candidates(logits);
    BitSet seen = seen(text, text.length, logits.length);
    List<SamplerTrace.Stage> stages = new ArrayList<>();
    stages.add(stage("logits", candidates, candidates, logits.length, most));
    for (SamplingStep step : steps) {
      Candidates before = candidates.copy();
      step.apply(candidates, seen);
      stages.add(stage(step.toString(), before, candidates, logits.length, most));
    }
    int drawn = draw(candidates, random);
    double[] weights = candidates.weights();
    double logit = candidates.logit(drawn) / candidates.temperature();
    return new SamplerTrace(
        List.copyOf(stages),
        new SamplerTrace.Candidate(candidates.token(drawn), logit, weights[drawn] / sum(weights)));
  }

  private static SamplerTrace.Stage stage(
      String step, Candidates before, Candidates after, int vocabulary, int most) {
    Candidates ordered = after.copy(); // the draw depends on the order: leave it as it is
    ordered.sortBest(most);
    double[] weights = ordered.weights();
    double sum = sum(weights);
    List<SamplerTrace.Candidate> best = new ArrayList<>();
    BitSet left = new BitSet(vocabulary);
    for (int i = 0; i < ordered.count(); i++) {
      left.set(ordered.token(i));
      if (i < most) {
        double logit = ordered.logit(i) / ordered.temperature();
        best.add(new SamplerTrace.Candidate(ordered.token(i), logit, weights[i] / sum));
      }
    }
    double[] weightsBefore = before.weights();
    double kept = 0;
    for (int i = 0; i < weightsBefore.length; i++) {
      kept += left.get(before.token(i)) ? weightsBefore[i] : 0;
    }
    return new SamplerTrace.Stage(
        step, ordered.count(), kept / sum(weightsBefore), List.copyOf(best));
  }

  private static BitSet seen(int[] text, int length, int vocabulary) {
    Check.range("length", length, 0, text.length);
    BitSet seen = new BitSet(vocabulary);
    for (int i = 0; i < length; i++) {
      int token = text[i];
      if (token < 0 || token >= vocabulary) {
        Check.that(
            false,
            "token %d of the text is %d: the vocabulary has 0..%d",
            i,
            token,
            vocabulary - 1);
      }
      seen.set(token);
    }
    return seen;
  }

  /** Where the one that is drawn stands. */
  private static int draw(Candidates candidates, SeededRandom random) {
    if (candidates.count() == 1) {
      return 0;
    }
    double[] weights = candidates.weights();
    double left = random.uniform() * sum(weights);
    int drawn = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        drawn = i;
        left -= weights[i];
        if (left < 0) {
          break;
        }
      }
    }
    return drawn;
  }

  private static double sum(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    return sum;
  }
}
