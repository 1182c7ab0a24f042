package org.workedanswers.transformer;

import java.util.List;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.Threads;

/** What models are tried with: all kernels, attention's forms, one thread and more. */
final class Computes {
  /** Never closed: its threads are daemons. */
  private static final Threads THREADS = Threads.of(3);

  private Computes() {}

  static List<Compute> all() {
    Kernels blocked = BlockedKernels.BLOCKED;
    return List.of(
        Compute.plain(PlainKernels.PLAIN, Loop.sequential()),
        Compute.plain(blocked, THREADS),
        new Compute(
            blocked,
            Loop.sequential(),
            new FlashAttention(blocked, Scale.INVERSE_ROOT, 5, 7),
            new FlashAttention(blocked, Scale.NONE, 5, 7)),
        Compute.tiled(KernelsChoice.best(), THREADS));
  }
}
