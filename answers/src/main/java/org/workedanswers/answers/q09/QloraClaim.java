package org.workedanswers.answers.q09;

import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * Question 1's claim on QLoRA, on this page since it is LoRA's: a base of four bits takes an eighth
 * of the bytes, and an adapter learns on it as far as any adapter of its rank can.
 */
final class QloraClaim {
  private static final int TOKENS = 256;
  private static final int UPDATE_RANK = 8;
  private static final int RANK = 16;

  private static final String BITS = "bits a weight of the base";
  private static final String BYTES = "base and adapter, of LoRA's bytes";
  private static final String LORA = "left by LoRA";
  private static final String QLORA = "left by QLoRA";
  private static final String OVER = "QLoRA, of the least possible";

  private QloraClaim() {}

  static Claim claim(Format format, RankClaim.Maker maker) {
    // 4 bits, 8 for each 64 weights, 32 for each 256 of these: 4.127, and a mean for the matrix.
    // r (d_in + d_out) floats of an adapter are 1/12 of W's 384 x 384: (4.127/32 + 1/12) / (1 +
    // 1/12).
    return new Claim(
        "q1.qlora-4bit",
        "QLoRA is LoRA on a base of four bits: a fraction of the bytes. Its adapter has the rounding to"
            + " undo too, and comes near to the least loss that its rank allows.",
        "MiniLM's query matrix in NF4 with its scales quantised too, and in float32; adapters of"
            + " rank 16 trained alike towards an update of rank 8 on real activations: bytes, and the"
            + " share of the float32 base's loss that is left; for NF4 also beside the least that an"
            + " adapter of that rank can leave (Eckart and Young), since it must undo the rounding too",
        "1",
        "LoRA on a 4-bit quantized base",
        Rule.within(
            Value.named(BITS, 4.127, BYTES, 0.195, LORA, 0, QLORA, 0, OVER, 1),
            Value.named(BITS, 4.129, BYTES, 0.197, LORA, 0.05, QLORA, 0.3, OVER, 1.2)),
        bench -> measure(bench, format, maker));
  }

  private static Measured measure(Workbench bench, Format format, RankClaim.Maker maker) {
    Target.RealLayer real = Target.QUERY.layer(bench.kernels(), TOKENS);
    Matrix w = real.w();
    SeededRandom random = bench.random("q1.qlora-4bit");
    UpdateTask wide = UpdateTask.ofRank(bench, w, real.x(), UPDATE_RANK, random);
    QuantizedMatrix rounded = format.quantize(bench.loop(), w);
    UpdateTask narrow = wide.onRounded(bench, w, rounded);
    Adapter beside = maker.initial(w.rows(), w.cols(), RANK, 2.0 * RANK, random.split(1));
    Adapter same = maker.initial(w.rows(), w.cols(), RANK, 2.0 * RANK, random.split(1));
    double lora = wide.train(beside)[UpdateTask.STEPS];
    double qlora = narrow.train(same)[UpdateTask.STEPS];
    double starts = narrow.start() / wide.start();
    long weights = (long) w.rows() * w.cols();
    long adapter = Float.BYTES * same.parameters();
    return Measured.of(
        Value.named(
            BITS,
            8.0 * rounded.storageBytes() / weights,
            BYTES,
            (double) (rounded.storageBytes() + adapter) / (Float.BYTES * weights + adapter),
            LORA,
            lora,
            QLORA,
            qlora * starts,
            OVER,
            qlora / narrow.leastLeft(RANK)),
        "before training the base in four bits is off by "
            + Numbers.fixed(starts, 3)
            + " of the other's loss",
        "what a whole model loses on a task by QLoRA is not measured here");
  }
}
