package org.workedanswers.lora;

import org.workedanswers.core.Adam;
import org.workedanswers.core.ModelShape;
import org.workedanswers.quantization.Nf4;

/**
 * Bytes that training holds from step to step. Activations, which depend on batch, length and what
 * is recomputed, are not among them, nor is what a framework reserves.
 *
 * <pre>
 *                       frozen            for each trained parameter
 * full fine-tuning      0                 weight + gradient + optimizer
 * LoRA                  whole base        the same, for A and B alone
 * QLoRA                 base in NF4       the same, for A and B alone
 * </pre>
 *
 * @param frozen bytes of weights that are not trained
 * @param weights bytes of weights that are trained
 * @param gradients bytes of their gradients
 * @param optimizer bytes of Adam's moments, and of the float32 weights where those are kept beside
 */
public record TrainingMemory(long frozen, long weights, long gradients, long optimizer) {
  /** How trained parameters are kept. */
  public enum Trained {
    /** All in float32: 4 + 4 + 8 bytes a parameter. */
    FP32(4, 4, Adam.STATE_BYTES_PER_PARAMETER),
    /**
     * Weights and gradients in 16 bits, Adam and a copy of the weights in float32: 2 + 2 + 12 bytes
     * a parameter. Source: Rajbhandari et al., <i>ZeRO</i>, 2020, section 3.1.
     */
    MIXED(2, 2, Adam.STATE_BYTES_PER_PARAMETER + 4);

    private final int weight;
    private final int gradient;
    private final int optimizer;

    Trained(int weight, int gradient, int optimizer) {
      this.weight = weight;
      this.gradient = gradient;
      this.optimizer = optimizer;
    }

    /** Bytes of a parameter with all that goes with it. */
    public int bytesPerParameter() {
      return weight + gradient + optimizer;
    }

    private TrainingMemory with(long frozen, long parameters) {
      return new TrainingMemory(
          frozen, weight * parameters, gradient * parameters, optimizer * parameters);
    }
  }

  /** How a frozen base is kept. */
  public enum Base {
    /** Four bytes a parameter. */
    FP32,
    /** Two bytes a parameter. */
    BF16,
    /**
     * The matrices of attention and feed-forward in NF4 with double quantisation, 4.127 bits a
     * weight; embedding, head, router, norms and biases in 16 bits.
     */
    NF4;

    /**
     * Bytes that a model's weights take.
     *
     * @throws IllegalArgumentException if NF4 can't cut a row of this model into its blocks
     */
    public long bytes(ModelShape shape) {
      long sum = 0;
      for (ModelShape.Part part : shape.parts()) {
        sum += bytes(part);
      }
      return sum;
    }

    private long bytes(ModelShape.Part part) {
      if (this == NF4 && isLinear(part)) {
        return part.count() * Nf4.qlora().storageBytes(part.rows(), part.cols());
      }
      return (this == FP32 ? 4 : 2) * part.parameters();
    }
  }

  /** Full fine-tuning of all parameters. */
  public static TrainingMemory full(ModelShape shape, Trained trained) {
    return trained.with(0, shape.total());
  }

  /** Adapters on a frozen base: LoRA, or QLoRA if the base is in NF4. */
  public static TrainingMemory adapters(LoraPlan plan, Base base, Trained trained) {
    return trained.with(base.bytes(plan.shape()), plan.parameters());
  }

  /** All of them together. */
  public long total() {
    return frozen + weights + gradients + optimizer;
  }

  /** Whether a part is a matrix of attention or feed-forward. */
  static boolean isLinear(ModelShape.Part part) {
    return !part.vector()
        && (part.group() == ModelShape.Group.ATTENTION
            || part.group() == ModelShape.Group.FEED_FORWARD);
  }
}
