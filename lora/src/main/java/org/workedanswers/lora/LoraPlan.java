package org.workedanswers.lora;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;

/**
 * Which matrices of a model get adapters, and of which rank.
 *
 * <pre>
 * trained = Σ count · r (d_in + d_out)      over the target matrices
 * </pre>
 *
 * Every matrix of a name gets an adapter of its own: in each layer, and in each expert.
 *
 * @param shape the model
 * @param rank r
 * @param targets names of its matrices, as {@link ModelShape} has them
 */
public record LoraPlan(ModelShape shape, int rank, List<String> targets) {
  /**
   * Checks the plan.
   *
   * @throws IllegalArgumentException if there is no target, one is named twice, is not in the model
   *     or is a vector, or r is not in 1..min(d_in, d_out) of each
   */
  public LoraPlan {
    targets = List.copyOf(targets);
    Check.that(!targets.isEmpty(), "there is no target: %s", shape.name());
    for (String target : targets) {
      ModelShape.Part part = shape.part(target);
      Check.that(
          targets.indexOf(target) == targets.lastIndexOf(target),
          "target '%s' is named twice",
          target);
      Check.that(
          !part.vector(),
          "target '%s' of %s is a vector: an adapter needs a matrix",
          target,
          shape.name());
      Adapter.checkRank(rank, part.rows(), part.cols());
    }
  }

  /** Queries and values, where the paper found a small budget best spent (section 7.1). */
  public static LoraPlan queriesAndValues(ModelShape shape, int rank) {
    return new LoraPlan(shape, rank, List.of("q", "v"));
  }

  /** All matrices of attention and feed-forward, which QLoRA's paper found needed (section 4). */
  public static LoraPlan allLinear(ModelShape shape, int rank) {
    List<String> targets = new ArrayList<>();
    for (ModelShape.Part part : shape.parts()) {
      if (TrainingMemory.isLinear(part)) {
        targets.add(part.name());
      }
    }
    return new LoraPlan(shape, rank, targets);
  }

  /** r (d_in + d_out): what one adapter on a d_out x d_in matrix trains. */
  public static long parameters(int rank, int dOut, int dIn) {
    Adapter.checkRank(rank, dOut, dIn);
    return (long) rank * ((long) dIn + dOut);
  }

  /** Trained parameters of all matrices of one target. */
  public long parameters(String target) {
    ModelShape.Part part = shape.part(target);
    Check.that(targets.contains(target), "'%s' is no target: those are %s", target, targets);
    return part.count() * parameters(rank, part.rows(), part.cols());
  }

  /** Trained parameters in all. */
  public long parameters() {
    return targets.stream().mapToLong(this::parameters).sum();
  }

  /** Trained parameters as a share of those that full fine-tuning trains. */
  public double share() {
    return (double) parameters() / shape.total();
  }
}
