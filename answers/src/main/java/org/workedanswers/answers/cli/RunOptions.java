package org.workedanswers.answers.cli;

import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import picocli.CommandLine.Option;

/** The settings of every run. */
final class RunOptions {
  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "seed of all random numbers (default: ${DEFAULT-VALUE})")
  private long seed = Workbench.DEFAULT_SEED;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads; results do not depend on them (default: one a processor)")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--kernels",
      paramLabel = "NAME",
      description = "plain, blocked or simd (default: the fastest that is there)")
  private String kernels;

  /** One sentence: which kernels this run uses and why. */
  String explanation() {
    return kernels == null
        ? KernelsChoice.explanation()
        : "Kernels: " + kernels + ", named by --kernels.";
  }

  Workbench workbench() {
    Kernels chosen = kernels == null ? KernelsChoice.best() : KernelsChoice.named(kernels);
    return new Workbench(chosen, threads, seed);
  }
}
