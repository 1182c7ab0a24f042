package org.workedanswers.answers.q13;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.Fp16;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.QuantizedMatrix;

/** The verdicts as they are, for any seed and all kernels, and as they turn when broken. */
class QuantizationClaimsTest {
  private static Verdict verdict(Claim claim, Kernels kernels, int threads, long seed) {
    try (Workbench bench = new Workbench(kernels, threads, seed)) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  private static Verdict verdict(Claim claim) {
    return verdict(claim, KernelsChoice.best(), 1, Workbench.DEFAULT_SEED);
  }

  private static void assertPinned(Claim claim, long seed) {
    Verdict pinned = Ledger.pinnedVerdicts().get(claim.id());
    assertEquals(pinned, verdict(claim, KernelsChoice.best(), 2, seed), claim.id());
  }

  @Test
  @Tag("long")
  void andSoForOtherSeeds() {
    for (long seed = 1; seed < 4; seed++) {
      for (Claim claim : QuantizationClaims.all()) {
        assertPinned(claim, seed);
      }
    }
  }

  @Test
  @Tag("long")
  void verdictsAreThePinnedOnesForAllKernels() {
    for (Claim claim : QuantizationClaims.all()) {
      Verdict pinned = Ledger.pinnedVerdicts().get(claim.id());
      assertPinned(claim, 0);
      if (!claim.id().equals("q13.loss")) { // a whole model: too slow in the plain form
        assertEquals(pinned, verdict(claim, PlainKernels.PLAIN, 1, 7), claim.id());
      }
    }
  }

  @Test
  void ratiosHoldWithoutTheConditionWhereScalesAreForgotten() {
    Claim claim =
        QuantizationClaims.ratios(
            f -> new Broken(f, q -> q.payloadBytes(), QuantizedMatrix::payloadBytes, 1));
    assertEquals(Verdict.HOLDS, verdict(claim));
  }

  @Test
  void ratiosSeeAPayloadCountedWrong() {
    assertEquals(
        Verdict.DOES_NOT_HOLD,
        verdict(
            QuantizationClaims.ratios(
                f -> new Broken(f, q -> q.payloadBytes() / 2, q -> q.storageBytes(), 1))));
    assertEquals(
        Verdict.DOES_NOT_HOLD,
        verdict(
            QuantizationClaims.ratios(
                f -> new Broken(f, q -> q.payloadBytes(), q -> q.storageBytes() + 4096, 1))));
  }

  @Test
  void ratiosSeeWeightsThatDoNotComeBack() {
    UnaryOperator<Format> keepsNothing =
        f -> new Broken(f, QuantizedMatrix::payloadBytes, QuantizedMatrix::storageBytes, 0);
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(QuantizationClaims.ratios(keepsNothing)));
  }

  @Test
  void ratiosSeeWrongRounding() {
    UnaryOperator<Format> cutsOff =
        f ->
            f != GgufType.Q8_0
                ? f
                : new Broken(f, QuantizedMatrix::payloadBytes, QuantizedMatrix::storageBytes, 1) {
                  @Override
                  public QuantizedMatrix quantize(Loop loop, Matrix w) {
                    return q8CutOff(w);
                  }
                };
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(QuantizationClaims.ratios(cutsOff)));
  }

  /** Q8_0 with codes cut off towards zero, as a cast does, and not rounded. */
  private static GgufMatrix q8CutOff(Matrix w) {
    byte[] blocks = GgufType.Q8_0.quantize(w).bytes();
    for (int i = 0; i < w.rows(); i++) {
      for (int b = 0; b < w.cols() / 32; b++) {
        int at = (i * (w.cols() / 32) + b) * 34;
        float d = Fp16.toFloat((short) (blocks[at] & 255 | blocks[at + 1] << 8));
        for (int k = 0; k < 32; k++) {
          blocks[at + 2 + k] = (byte) (w.get(i, b * 32 + k) / d);
        }
      }
    }
    return GgufMatrix.wrap(GgufType.Q8_0, w.rows(), w.cols(), blocks);
  }

  @Test
  void fitsSeesTwoBitsCountedForFour() {
    Claim claim =
        QuantizationClaims.fits(
            ModelShape.LLAMA_3_70B,
            f ->
                new Broken(f, q -> 0, q -> 0, 1) {
                  @Override
                  public int payloadBits() {
                    return f.payloadBits() / 2;
                  }

                  @Override
                  public long storageBytes(long rows, long cols) {
                    return f.storageBytes(rows, cols) / 2;
                  }
                });
    assertEquals(Verdict.HOLDS, verdict(claim));
  }

  @Test
  void fitsSeesAnotherModel() {
    Claim claim = QuantizationClaims.fits(ModelShape.LLAMA_3_8B, UnaryOperator.identity());
    assertEquals(Verdict.HOLDS, verdict(claim));
  }

  @Test
  void fitsRefusesACountWithoutScales() {
    Claim claim =
        QuantizationClaims.fits(
            ModelShape.LLAMA_3_70B,
            f ->
                new Broken(f, q -> 0, q -> 0, 1) {
                  @Override
                  public long storageBytes(long rows, long cols) {
                    return rows * cols * f.payloadBits() / 8;
                  }
                });
    assertThrows(IllegalStateException.class, () -> verdict(claim));
  }

  @Test
  void bytesOfTheModelAreTheArithmeticsOfTheLedger() {
    long parameters = 70_553_706_496L;
    ModelShape shape = ModelShape.LLAMA_3_70B;
    assertEquals(parameters * 9 / 16, QuantizationClaims.bytes(shape, GgufType.Q4_0));
    assertEquals(
        parameters * 33 / 128, QuantizationClaims.bytes(shape, Catalogue.INT2_G256)); // 2.0625 / 8
    assertEquals(3.896, QuantizationClaims.bitsThatFit(shape, 32), 1e-3);
    // 2 (keys and values) · 80 layers · 8 heads · 128 · 2 bytes · 8192 tokens
    assertEquals(2_684_354_560L, QuantizationClaims.cacheBytes(shape, 8192));
  }

  /** A format with something broken: how bytes are counted, or what comes back. */
  private static class Broken implements Format {
    private final Format format;
    private final ToLongFunction<QuantizedMatrix> payload;
    private final ToLongFunction<QuantizedMatrix> stored;
    private final float factor;

    Broken(
        Format format,
        ToLongFunction<QuantizedMatrix> payload,
        ToLongFunction<QuantizedMatrix> stored,
        float factor) {
      this.format = format;
      this.payload = payload;
      this.stored = stored;
      this.factor = factor;
    }

    @Override
    public String name() {
      return format.name();
    }

    @Override
    public int payloadBits() {
      return format.payloadBits();
    }

    @Override
    public long storageBytes(long rows, long cols) {
      return format.storageBytes(rows, cols);
    }

    @Override
    public QuantizedMatrix quantize(Loop loop, Matrix w) {
      QuantizedMatrix q = format.quantize(loop, w);
      return new QuantizedMatrix() {
        @Override
        public String format() {
          return q.format();
        }

        @Override
        public int rows() {
          return q.rows();
        }

        @Override
        public int cols() {
          return q.cols();
        }

        @Override
        public long payloadBytes() {
          return payload.applyAsLong(q);
        }

        @Override
        public long storageBytes() {
          return stored.applyAsLong(q);
        }

        @Override
        public void dequantizeRow(int row, float[] into, int offset) {
          q.dequantizeRow(row, into, offset);
          for (int j = 0; j < cols(); j++) {
            into[offset + j] *= factor;
          }
        }
      };
    }
  }
}
