package org.workedanswers.quantization;

import org.workedanswers.core.Check;

/**
 * The grids of {@link Nf4}: c · level(q). Where the scales are quantised in their turn, codes are
 * chosen by c and ŵ is what comes back by the stored ĉ.
 */
final class Nf4Grids extends GridWriter {
  private final Nf4 format;
  private final int rows;
  private final int cols;
  private final byte[] codes;
  private final float[] scales;
  private ScaleStore store;

  Nf4Grids(Nf4 format, int rows, int cols) {
    super(format.block(), format.doubleQuantized());
    this.format = format;
    this.rows = rows;
    this.cols = cols;
    codes = new byte[Check.elements("codes", rows, cols / 2)];
    scales = new float[rows * (cols / format.block())];
    store = ScaleStore.plain(scales);
  }

  @Override
  void grid(int i, int from, float[] w, int at) {
    scales[block(i, from)] = Weights.absMax(w, at, width());
  }

  @Override
  void seal() {
    if (together()) {
      store = ScaleStore.quantized(scales);
    }
  }

  @Override
  float round(int i, int j, float w) {
    int block = block(i, j);
    int code = Nf4.encode(w, scales[block]);
    codes[i * (cols / 2) + j / 2] |= (byte) (j % 2 == 0 ? code << 4 : code);
    return store.get(block) * Nf4.level(code);
  }

  private int block(int i, int j) {
    return i * (cols / format.block()) + j / format.block();
  }

  @Override
  Nf4Matrix finish() {
    return new Nf4Matrix(format, rows, cols, codes, store);
  }
}
