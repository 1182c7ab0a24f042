package org.workedanswers.answers.q09;

import java.util.Map;
import java.util.TreeMap;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.LoraLinear;

/** Several adapters on one base, swapped back and forth, leave nothing behind. */
final class SwapClaim {
  private static final int TOKENS = 64;

  /** A layer on which one adapter after another is put to use. */
  interface Swapper {
    /** The outputs with that adapter, or with none for an empty name. */
    Matrix outputs(String adapter);
  }

  /** Makes a layer with adapters to swap; a test gives one that leaves something behind. */
  @FunctionalInterface
  interface SwapperMaker {
    Swapper make(Workbench bench, Matrix w, Map<String, Adapter> adapters, Matrix x);
  }

  /** Adapters beside the base. */
  static final SwapperMaker APART =
      (bench, w, adapters, x) -> {
        LoraLinear layer = layer(w, adapters);
        return name -> run(bench, layer.use(names(name)), x);
      };

  /** Each adapter merged while it is in use, the kept base put back before the next. */
  static final SwapperMaker MERGED =
      (bench, w, adapters, x) -> {
        LoraLinear layer = layer(w, adapters);
        return name -> {
          layer.use(names(name)).merge(bench.kernels(), bench.loop());
          Matrix y = run(bench, layer, x);
          layer.unmerge();
          return y;
        };
      };

  private SwapClaim() {}

  static Claim claim(SwapperMaker apart, SwapperMaker merged) {
    Object[] exact = {
      "beside: bare again", 0, "beside: A again", 0, "merged: bare again", 0, "merged: A again", 0
    };
    return new Claim(
        "q9.swap",
        "Adapters for different tasks swap on one base.",
        "outputs of MiniLM's value matrix on real activations: bare, A, B, bare and A again, adapters"
            + " beside the base and merged; outputs whose bits are not those of the first time, and"
            + " the share that B changes",
        "outputs",
        "adapters are swappable on the same base",
        Rule.within(with(exact, 0.99), with(exact, 1)),
        bench -> measure(bench, apart, merged));
  }

  private static Value with(Object[] exact, double changed) {
    Object[] all = new Object[exact.length + 2];
    System.arraycopy(exact, 0, all, 0, exact.length);
    all[exact.length] = "share that B changes";
    all[exact.length + 1] = changed;
    return Value.named(all);
  }

  private static Measured measure(Workbench bench, SwapperMaker apart, SwapperMaker merged) {
    Target.RealLayer real = Target.VALUE.layer(bench.kernels(), TOKENS);
    SeededRandom random = bench.random("q9.swap");
    Map<String, Adapter> adapters = new TreeMap<>();
    adapters.put("A", drawn(real.w(), 8, 20, random));
    adapters.put("B", drawn(real.w(), 3, 7, random));
    Swapper side = apart.make(bench, real.w().copy(), adapters, real.x());
    Swapper inside = merged.make(bench, real.w().copy(), adapters, real.x());
    Matrix bare = side.outputs("");
    Matrix a = side.outputs("A");
    Matrix b = side.outputs("B");
    Matrix bareMerged = inside.outputs("");
    Matrix aMerged = inside.outputs("A");
    inside.outputs("B");
    int outputs = a.data().length;
    return Measured.of(
        Value.named(
            "beside: bare again",
            different(bare, side.outputs("")),
            "beside: A again",
            different(a, side.outputs("A")),
            "merged: bare again",
            different(bareMerged, inside.outputs("")),
            "merged: A again",
            different(aMerged, inside.outputs("A")),
            "share that B changes",
            (double) different(a, b) / outputs),
        "of " + Numbers.count(outputs) + " outputs each",
        "had each merge been undone by subtracting, "
            + Numbers.count(drift(bench, real, adapters))
            + " of the base's "
            + Numbers.count((long) real.w().rows() * real.w().cols())
            + " weights would have other bits after A and B");
  }

  /** How many weights are not the first ones after each adapter was added and subtracted. */
  private static int drift(Workbench bench, Target.RealLayer real, Map<String, Adapter> adapters) {
    Matrix w = real.w().copy();
    for (Adapter adapter : adapters.values()) {
      addAndSubtract(bench, w, adapter);
    }
    return different(real.w(), w);
  }

  /** W + s B A - s B A, as rounding has it. */
  static void addAndSubtract(Workbench bench, Matrix w, Adapter adapter) {
    adapter.addDelta(bench.kernels(), bench.loop(), w);
    subtract(bench, w, adapter);
  }

  static void subtract(Workbench bench, Matrix w, Adapter adapter) {
    Matrix delta = adapter.delta(bench.kernels(), bench.loop());
    for (int i = 0; i < delta.data().length; i++) {
      w.data()[i] -= delta.data()[i];
    }
  }

  private static Adapter drawn(Matrix w, int rank, double alpha, SeededRandom random) {
    Matrix a = random.gaussian(rank, w.cols(), 1 / Math.sqrt(w.cols()));
    return new Adapter(a, random.gaussian(w.rows(), rank, 0.05), alpha);
  }

  private static LoraLinear layer(Matrix w, Map<String, Adapter> adapters) {
    LoraLinear layer = new LoraLinear(w);
    adapters.forEach(layer::add);
    return layer;
  }

  private static String[] names(String name) {
    return name.isEmpty() ? new String[0] : new String[] {name};
  }

  private static Matrix run(Workbench bench, LoraLinear layer, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), layer.base().dOut());
    layer.forward(bench.kernels(), bench.loop(), x, y);
    return y;
  }

  private static int different(Matrix a, Matrix b) {
    int count = 0;
    for (int i = 0; i < a.data().length; i++) {
      count += Float.floatToIntBits(a.data()[i]) == Float.floatToIntBits(b.data()[i]) ? 0 : 1;
    }
    return count;
  }
}
