package org.workedanswers.answers.q09;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
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
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.FrozenLinear;
import org.workedanswers.lora.LoraLinear;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.Nf4;

/**
 * The verdicts as they are, for any seed and all kernels, and as they turn when something is
 * broken.
 */
class LoraClaimsTest {
  private static Verdict verdict(Claim claim, long seed) {
    try (Workbench bench = new Workbench(KernelsChoice.best(), 2, seed)) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  private static void assertBroken(Claim claim) {
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(claim, Workbench.DEFAULT_SEED));
  }

  private static void assertPinned(long seed) {
    for (Claim claim : LoraClaims.all()) {
      assertEquals(
          Ledger.pinnedVerdicts().get(claim.id()),
          verdict(claim, seed),
          claim.id() + ", seed " + seed);
    }
  }

  /** With plain kernels they are seen by the transcript. */
  @Test
  @Tag("long")
  void verdictsAreThePinnedOnesForAnySeed() {
    for (long seed = 0; seed < 2; seed++) {
      assertPinned(seed);
    }
  }

  @Test
  @Tag("long")
  void verdictsAreThePinnedOnesForTwentySeeds() {
    for (long seed = 100; seed < 120; seed++) {
      assertPinned(seed);
    }
  }

  // ---- broken on purpose ----

  @Test
  void countsSeeAMatrixOfAnotherShape() {
    assertBroken(CountClaims.full(ModelShape.LLAMA_3_8B.part("k")));
    assertBroken(CountClaims.full(ModelShape.LLAMA_3_70B.part("q")));
  }

  @Test
  void countsSeeARankOffByOne() {
    assertBroken(CountClaims.lora((dOut, dIn, r) -> CountClaims.MAKER.make(dOut, dIn, r - 1)));
    assertBroken(CountClaims.lora((dOut, dIn, r) -> CountClaims.MAKER.make(dOut, dIn, r + 1)));
    // 4096 / 34 is 120.5, nearer to the text than the truth: q9.lora is the one that sees r + 1.
    assertBroken(CountClaims.reduction((dOut, dIn, r) -> CountClaims.MAKER.make(dOut, dIn, r - 1)));
  }

  @Test
  void countsSeeAFactorThatIsForgotten() {
    CountClaims.Maker narrow = (dOut, dIn, r) -> CountClaims.MAKER.make(r, dIn, r);
    assertBroken(CountClaims.lora(narrow));
    assertBroken(CountClaims.reduction(narrow));
  }

  @Test
  void qloraSeesOtherFormatsAndAdaptersThatDoNotLearn() {
    assertBroken(QloraClaim.claim(Nf4.of(64, false), Adapter::initial)); // scales in float32
    assertBroken(QloraClaim.claim(GgufType.Q8_0, Adapter::initial));
    RankClaim.Maker zero =
        (dOut, dIn, r, alpha, random) ->
            new Adapter(Matrix.zeros(r, dIn), Matrix.zeros(dOut, r), alpha);
    assertBroken(QloraClaim.claim(Nf4.qlora(), zero));
    RankClaim.Maker less =
        (dOut, dIn, r, alpha, random) -> Adapter.initial(dOut, dIn, r - 1, alpha, random);
    assertBroken(QloraClaim.claim(Nf4.qlora(), less));
  }

  @Test
  void mergeSeesAlphaForgotten() {
    assertBroken(
        MergeClaim.claim(
            (kernels, loop, w, adapter) ->
                merged(kernels, loop, w, new Adapter(adapter.a(), adapter.b(), adapter.rank()))));
    assertBroken(
        MergeClaim.claim(
            (kernels, loop, w, adapter) -> {
              double alpha = adapter.alpha() * adapter.rank(); // s = α
              return merged(kernels, loop, w, new Adapter(adapter.a(), adapter.b(), alpha));
            }));
  }

  @Test
  void mergeSeesARankOffByOne() {
    assertBroken(
        MergeClaim.claim(
            (kernels, loop, w, adapter) -> {
              int r = adapter.rank() - 1;
              double alpha = adapter.alpha() * r / adapter.rank(); // the same s
              Matrix b = adapter.b().columns(0, r);
              return merged(kernels, loop, w, new Adapter(adapter.a().rows(0, r), b, alpha));
            }));
  }

  @Test
  void mergeSeesASidePathThatStaysAndAMergeThatDoesNothing() {
    assertBroken(
        MergeClaim.claim((kernels, loop, w, adapter) -> new SidePath(FrozenLinear.of(w), adapter)));
    assertBroken(MergeClaim.claim((kernels, loop, w, adapter) -> FrozenLinear.of(w)));
  }

  private static FrozenLinear merged(Kernels kernels, Loop loop, Matrix w, Adapter adapter) {
    Matrix sum = w.copy();
    adapter.addDelta(kernels, loop, sum);
    return FrozenLinear.of(sum);
  }

  /** Right in its outputs, but it still pays for the adapter. */
  private record SidePath(FrozenLinear base, Adapter adapter) implements FrozenLinear {
    @Override
    public int dOut() {
      return base.dOut();
    }

    @Override
    public int dIn() {
      return base.dIn();
    }

    @Override
    public void forward(Kernels kernels, Loop loop, Matrix x, Matrix y) {
      base.forward(kernels, loop, x, y);
      adapter.addTo(kernels, loop, x, y);
    }

    @Override
    public void backward(Kernels kernels, Loop loop, Matrix dy, Matrix dx) {
      base.backward(kernels, loop, dy, dx);
    }

    @Override
    public long storageBytes() {
      return base.storageBytes();
    }
  }

  @Test
  void swapSeesUnmergingBySubtraction() {
    assertBroken(
        SwapClaim.claim(
            SwapClaim.APART,
            (bench, w, adapters, x) ->
                name -> {
                  if (name.isEmpty()) {
                    return bench.kernels().multiplyTransposed(x, w);
                  }
                  adapters.get(name).addDelta(bench.kernels(), bench.loop(), w);
                  Matrix y = bench.kernels().multiplyTransposed(x, w);
                  SwapClaim.subtract(bench, w, adapters.get(name));
                  return y;
                }));
  }

  @Test
  void swapSeesAnAdapterThatStaysInUse() {
    assertBroken(
        SwapClaim.claim(
            (bench, w, adapters, x) -> {
              LoraLinear layer = new LoraLinear(w);
              adapters.forEach(layer::add);
              return name -> {
                // B is never taken out of use.
                boolean keepsB = name.equals("B") || layer.inUse().contains("B");
                if (name.isEmpty()) {
                  layer.use(keepsB ? new String[] {"B"} : new String[0]);
                } else {
                  layer.use(keepsB && !name.equals("B") ? new String[] {name, "B"} : only(name));
                }
                return outputs(bench, layer, x);
              };
            },
            SwapClaim.MERGED));
  }

  @Test
  void swapSeesABaseThatTrainingTouched() {
    assertBroken(
        SwapClaim.claim(
            (bench, w, adapters, x) -> {
              LoraLinear layer = new LoraLinear(w);
              adapters.forEach(layer::add);
              return name -> {
                Matrix y =
                    outputs(bench, layer.use(name.isEmpty() ? new String[0] : only(name)), x);
                w.set(7, 11, Math.nextUp(w.get(7, 11)));
                return y;
              };
            },
            SwapClaim.MERGED));
  }

  @Test
  void swapSeesAnAdapterThatDoesNothing() {
    assertBroken(
        SwapClaim.claim(
            (bench, w, adapters, x) -> name -> bench.kernels().multiplyTransposed(x, w),
            SwapClaim.MERGED));
  }

  private static String[] only(String name) {
    return new String[] {name};
  }

  private static Matrix outputs(Workbench bench, LoraLinear layer, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), layer.base().dOut());
    layer.forward(bench.kernels(), bench.loop(), x, y);
    return y;
  }

  @Test
  void ranksSeesARankOffByOne() {
    List<Integer> ranks = new ArrayList<>();
    assertBroken(
        RankClaim.claim(
            (dOut, dIn, r, alpha, random) -> {
              assertNotEquals(alpha, r);
              ranks.add(r);
              return Adapter.initial(dOut, dIn, r - 1, alpha, random);
            }));
    assertEquals(List.of(4, 64, 4, 64), ranks);
  }

  @Test
  @Tag("long")
  void ranksSeesAdaptersThatDoNotLearn() {
    assertBroken(
        RankClaim.claim(
            (dOut, dIn, r, alpha, random) ->
                // Both factors zero: no gradient ever leaves zero.
                new Adapter(Matrix.zeros(r, dIn), Matrix.zeros(dOut, r), alpha)));
  }
}
