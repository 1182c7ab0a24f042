package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class GridWriterTest {
  private static Matrix write(GridWriter grids, Matrix from, Matrix w, float[] returned) {
    for (int i = 0; i < w.rows(); i++) {
      for (int j = 0; j < w.cols(); j += grids.width()) {
        grids.grid(i, j, from.data(), from.index(i, j));
      }
    }
    grids.seal();
    for (int k : new SeededRandom(1).permutation(w.data().length)) {
      returned[k] = grids.round(k / w.cols(), k % w.cols(), w.data()[k]);
    }
    return grids.finish().dequantize();
  }

  @Test
  void itsOwnWeightsComeOutAsTheFormatWritesThem() {
    SeededRandom random = new SeededRandom(2);
    for (Format format : Calibrating.formats()) {
      Matrix w = random.gaussian(5, 192, 1);
      w.rows(2, 3).fill(0);
      float[] returned = new float[5 * 192];
      Matrix back = write(GridWriter.of(format, 5, 192), w, w, returned);
      assertArrayEquals(format.quantize(w).dequantize().data(), back.data(), format.name());
      assertArrayEquals(back.data(), returned, format.name());
    }
  }

  /** Weights that have left their group's range get the value at its end. */
  @Test
  void otherWeightsGetTheNearestValueThatThereIs() {
    SeededRandom random = new SeededRandom(3);
    for (Format format : Calibrating.formats()) {
      GridWriter grids = GridWriter.of(format, 5, 192);
      Matrix from = random.gaussian(5, 192, 1);
      Matrix w = random.gaussian(5, 192, 3);
      w.set(4, 100, Float.MAX_VALUE);
      w.set(4, 101, -Float.MAX_VALUE);
      float[] returned = new float[5 * 192];
      Matrix back = write(grids, from, w, returned);
      assertArrayEquals(back.data(), returned, format.name());
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 192; j++) {
          int start = j - j % grids.width();
          double error = Math.abs((double) w.get(i, j) - back.get(i, j));
          for (int k = start; k < start + grids.width(); k++) {
            double other = Math.abs((double) w.get(i, j) - back.get(i, k));
            float weight = w.get(i, j);
            float value = back.get(i, k);
            assertTrue(
                error <= other + 0.02, () -> format.name() + ": " + weight + " is nearer " + value);
          }
        }
      }
      assertEquals(format.storageBytes(5, 192), grids.finish().storageBytes());
    }
  }
}
