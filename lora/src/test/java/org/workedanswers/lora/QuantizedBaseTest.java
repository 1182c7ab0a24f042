package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.lora.Reference.assertClose;
import static org.workedanswers.lora.Reference.assertMessage;
import static org.workedanswers.lora.Reference.assertState;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.quantization.Nf4;
import org.workedanswers.quantization.QuantizedMatrix;

/** QLoRA: adapters on a base in NF4. */
class QuantizedBaseTest {
  private static final Loop ONE = Loop.sequential();

  /** Refuses to be widened whole, and sees how much is wide at a time. */
  private static final class Watched implements QuantizedMatrix {
    private final QuantizedMatrix w;
    private final Set<float[]> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private int rowsWidened;

    Watched(QuantizedMatrix w) {
      this.w = w;
    }

    int wideFloats() {
      return buffers.stream().mapToInt(b -> b.length).sum();
    }

    @Override
    public String format() {
      return w.format();
    }

    @Override
    public int rows() {
      return w.rows();
    }

    @Override
    public int cols() {
      return w.cols();
    }

    @Override
    public long payloadBytes() {
      return w.payloadBytes();
    }

    @Override
    public long storageBytes() {
      return w.storageBytes();
    }

    @Override
    public synchronized void dequantizeRow(int row, float[] into, int offset) {
      rowsWidened++;
      buffers.add(into);
      w.dequantizeRow(row, into, offset);
    }

    @Override
    public Matrix dequantize() {
      throw new AssertionError("widened whole");
    }
  }

  @Test
  void outputsAndGradientsAreThoseOfTheWidenedBase() {
    SeededRandom random = new SeededRandom(1);
    for (int dOut : new int[] {1, 7, 8, 9, 17, 65}) {
      int dIn = 64 * (1 + random.below(3));
      QuantizedMatrix w = Nf4.qlora().quantize(random.gaussian(dOut, dIn, 0.1));
      Matrix wide = w.dequantize();
      Adapter adapter = Reference.trained(random, dOut, dIn, 1 + random.below(dOut));
      LoraLinear qlora = new LoraLinear(FrozenLinear.of(w)).add("a", adapter).use("a");
      LoraLinear lora = new LoraLinear(wide).add("a", adapter).use("a");
      Matrix x = Reference.view(random, random.below(5), dIn, 1);
      Matrix dy = Reference.view(random, x.rows(), dOut, 1);
      for (Kernels kernels : Reference.kernels()) {
        Matrix y = Matrix.zeros(x.rows(), dOut);
        y.fill(Float.NaN);
        qlora.forward(kernels, ONE, x, y);
        assertClose(Reference.outputs(x, wide, adapter), y, 1e-4, "y");
        Matrix dx = Matrix.zeros(x.rows(), dIn);
        Matrix want = Matrix.zeros(x.rows(), dIn);
        dx.fill(Float.NaN);
        qlora.backward(kernels, ONE, dy, dx);
        lora.backward(kernels, ONE, dy, want);
        assertClose(Reference.wide(want), dx, 1e-4, "dx");
      }
    }
  }

  @Test
  void theBaseIsNeverWidenedWhole() {
    SeededRandom random = new SeededRandom(2);
    Watched w = new Watched(Nf4.qlora().quantize(random.gaussian(65, 128, 0.1)));
    LoraLinear layer =
        new LoraLinear(FrozenLinear.of(w)).add("a", Reference.trained(random, 65, 128, 3)).use("a");
    Matrix x = random.gaussian(9, 128, 1);
    layer.forward(PlainKernels.PLAIN, ONE, x, Matrix.zeros(9, 65));
    assertEquals(65, w.rowsWidened);
    assertTrue(w.wideFloats() <= QuantizedMatrix.TILE * 128, "wide " + w.wideFloats());
    w.buffers.clear();
    layer.backward(PlainKernels.PLAIN, ONE, random.gaussian(9, 65, 1), Matrix.zeros(9, 128));
    assertEquals(2 * 65, w.rowsWidened);
    assertTrue(w.wideFloats() <= QuantizedMatrix.TILE * 128, "wide " + w.wideFloats());
    assertEquals(w.storageBytes(), layer.base().storageBytes());
    assertTrue(layer.base().storageBytes() < 65 * 128 * 4 / 7);
    assertEquals(65 * 128 * 4, FrozenLinear.of(Matrix.zeros(65, 128)).storageBytes());
  }

  @Test
  void twoThreadsGiveTheBitsOfOne() {
    SeededRandom random = new SeededRandom(3);
    FrozenLinear base = FrozenLinear.of(Nf4.qlora().quantize(random.gaussian(33, 64, 0.1)));
    Matrix x = random.gaussian(17, 64, 1);
    Matrix dy = random.gaussian(17, 33, 1);
    try (Threads two = Threads.of(2)) {
      for (Kernels kernels : Reference.kernels()) {
        Matrix y1 = Matrix.zeros(17, 33);
        Matrix y2 = Matrix.zeros(17, 33);
        base.forward(kernels, ONE, x, y1);
        base.forward(kernels, two, x, y2);
        assertArrayEquals(y1.data(), y2.data());
        Matrix dx1 = Matrix.zeros(17, 64);
        Matrix dx2 = Matrix.zeros(17, 64);
        base.backward(kernels, ONE, dy, dx1);
        base.backward(kernels, two, dy, dx2);
        assertArrayEquals(dx1.data(), dx2.data());
      }
    }
  }

  @Test
  void mergingIntoFourBitsIsRefusedAndShapesAreNamed() {
    SeededRandom random = new SeededRandom(4);
    FrozenLinear base = FrozenLinear.of(Nf4.qlora().quantize(Matrix.zeros(5, 64)));
    LoraLinear layer = new LoraLinear(base).add("a", Adapter.initial(5, 64, 2, 3, random)).use("a");
    assertState(
        "the base is quantised, and W + s B A has values between its levels",
        () -> layer.merge(PlainKernels.PLAIN, ONE));
    assertMessage("X is 2 x 63, W is 5 x 64", () -> layer.forward(Matrix.zeros(2, 63)));
    Matrix x = Matrix.zeros(2, 64);
    assertMessage(
        "dy is 2 x 6 and W is 5 x 64: dy's width must be d_out",
        () -> base.backward(PlainKernels.PLAIN, ONE, Matrix.zeros(2, 6), x));
    assertMessage(
        "dx is 2 x 64: it must be 3 x 64",
        () -> base.backward(PlainKernels.PLAIN, ONE, Matrix.zeros(3, 5), x));
  }
}
