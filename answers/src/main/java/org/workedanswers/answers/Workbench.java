package org.workedanswers.answers;

import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Finding;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/**
 * What an answer works with: kernels, threads, a seed, and the ledger of this run.
 *
 * <p>Two answers of one run share a workbench, so that a claim is measured once.
 */
public final class Workbench implements AutoCloseable {
  /** The seed where none is named. */
  public static final long DEFAULT_SEED = 42;

  private final Kernels kernels;
  private final Threads threads;
  private final long seed;
  private final Ledger ledger = new Ledger(this);

  /** A workbench with these kernels, this number of threads and this seed. */
  public Workbench(Kernels kernels, int threads, long seed) {
    this.kernels = kernels;
    this.threads = Threads.of(threads);
    this.seed = seed;
  }

  /** The best kernels, a thread for each processor, the default seed. */
  public static Workbench standard() {
    return new Workbench(
        KernelsChoice.best(), Runtime.getRuntime().availableProcessors(), DEFAULT_SEED);
  }

  /** The kernels of this run. */
  public Kernels kernels() {
    return kernels;
  }

  /** The loop for rows and heads. */
  public Loop loop() {
    return threads;
  }

  /** The seed of this run. */
  public long seed() {
    return seed;
  }

  /**
   * A stream of random numbers that depends on the seed and on {@code name}, so that what one claim
   * draws does not change another's.
   */
  public SeededRandom random(String name) {
    return new SeededRandom(seed).split(name.hashCode());
  }

  /** The ledger of this run. */
  public Ledger ledger() {
    return ledger;
  }

  /** What the ledger finds of a claim: measured now, or taken from before. */
  public Finding find(Claim claim) {
    return ledger.find(claim);
  }

  @Override
  public void close() {
    threads.close();
  }
}
