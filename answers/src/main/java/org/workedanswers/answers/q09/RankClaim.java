package org.workedanswers.answers.q09;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;

/**
 * Whether ranks 4 to 64 are enough: the update's own rank decides.
 *
 * <p>The text has no condition. So both ends of its range are tried on updates that fit into them
 * and on updates that do not, among these a real one: undoing NF4's rounding of a weight, which has
 * no small rank.
 */
final class RankClaim {
  private static final int TOKENS = 256;

  /** Above this share of the task left undone, a fit did not do well. */
  private static final double WELL = 0.05;

  private static final String LOW_MET = "r 4 for an update of rank 4";
  private static final String HIGH_MET = "r 64 for an update of rank 64";
  private static final String LOW_NOT_MET = "r 4 for an update of rank 64";
  private static final String HIGH_NOT_MET = "r 64 for undoing NF4";

  /** Makes an untrained adapter; a test gives one whose rank is off by one. */
  @FunctionalInterface
  interface Maker {
    Adapter initial(int dOut, int dIn, int rank, double alpha, SeededRandom random);
  }

  private RankClaim() {}

  static Claim claim(Maker maker) {
    return new Claim(
        "q9.ranks",
        "Ranks from 4 to 64 are enough where the wanted update has no higher rank itself.",
        "adapters trained by Adam on MiniLM's query matrix and real activations towards updates of"
            + " known rank, and towards undoing NF4's rounding, which has no small rank: the share of"
            + " the loss that is left; well means that at most a twentieth is",
        "1",
        "ranks 4-64 work well for most tasks",
        Rule.conditional(
            Value.named(LOW_MET, 0, HIGH_MET, 0, LOW_NOT_MET, 0.6, HIGH_NOT_MET, 0.1),
            Value.named(LOW_MET, WELL, HIGH_MET, WELL, LOW_NOT_MET, 0.9, HIGH_NOT_MET, 0.4),
            Set.of(LOW_MET, HIGH_MET),
            Value.named(LOW_NOT_MET, 0, HIGH_NOT_MET, 0),
            Value.named(LOW_NOT_MET, WELL, HIGH_NOT_MET, WELL)),
        bench -> measure(bench, maker));
  }

  private static Measured measure(Workbench bench, Maker maker) {
    Target.RealLayer real = Target.QUERY.layer(bench.kernels(), TOKENS);
    SeededRandom random = bench.random("q9.ranks");
    Matrix w = real.w();
    UpdateTask four = UpdateTask.ofRank(bench, w, real.x(), 4, random);
    UpdateTask many = UpdateTask.ofRank(bench, w, real.x(), 64, random);
    UpdateTask nf4 = UpdateTask.undoingNf4(bench, w, real.x());
    List<String> notes = new ArrayList<>();
    Value left =
        Value.named(
            LOW_MET,
            left(maker, four, 4, random),
            HIGH_MET,
            left(maker, many, 64, random),
            LOW_NOT_MET,
            left(maker, many, 4, random),
            HIGH_NOT_MET,
            left(maker, nf4, 64, random));
    notes.add(
        "the least that any adapter of that rank leaves (Eckart and Young): "
            + Numbers.fixed(four.leastLeft(4), 4)
            + ", "
            + Numbers.fixed(many.leastLeft(64), 4)
            + ", "
            + Numbers.fixed(many.leastLeft(4), 4)
            + ", "
            + Numbers.fixed(nf4.leastLeft(64), 4));
    notes.add("what rank the updates of real tasks have is not measured here");
    return new Measured(left, notes);
  }

  private static double left(Maker maker, UpdateTask task, int rank, SeededRandom random) {
    Adapter adapter =
        maker.initial(task.base().dOut(), task.base().dIn(), rank, 2.0 * rank, random);
    return task.train(adapter)[UpdateTask.STEPS];
  }
}
