package org.workedanswers.attention;

import java.util.Arrays;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.Packed;

/** What one thread of {@link TiledAttention} takes beside the operands, for one head at a time. */
final class TileScratch {
  /** The sizes that scratch is made for. */
  record Shape(int queryBlock, int keyBlock, int panel, int dk, int dv) {
    /** d_v in whole panels. */
    int paddedDv() {
      return (int) (((long) dv + panel - 1) / panel * panel);
    }

    int keyBlocks(int m) {
      return (int) (((long) m + keyBlock - 1) / keyBlock);
    }

    long bytes(int m) {
      long tile = queryBlock * ((long) dk + keyBlock + paddedDv() + 3); // Q_i, S, O_i; m, ℓ, α
      long packed = keyBlock * ((long) dk + paddedDv()); // K_jᵀ, V_j
      return Float.BYTES * (tile + keyBlocks(m) * packed);
    }
  }

  final Shape shape;
  final Matrix queries; // Q_i, times the scale   [B_r x d_k]
  final Matrix o; // O_i                          [B_r x d_v in whole panels]
  final float[] max; // m                         [B_r]
  final float[] sum; // ℓ                         [B_r]
  final float[] alpha; // α                       [B_r]
  private final Matrix[] s; // S, then P: the view at index p is [B_r x p panels]
  private Packed[] keys = {}; // K_jᵀ             [d_k x B_c]
  private Packed[] values = {}; // V_j            [B_c x d_v]
  private boolean[] packed = {};
  private long call = -1; // whose keys and values they are
  private int kvHead;

  TileScratch(Shape shape) {
    this.shape = shape;
    queries = Matrix.zeros(shape.queryBlock, shape.dk);
    o = Matrix.zeros(shape.queryBlock, shape.paddedDv());
    max = new float[shape.queryBlock];
    sum = new float[shape.queryBlock];
    alpha = new float[shape.queryBlock];
    Matrix all = Matrix.zeros(shape.queryBlock, shape.keyBlock);
    s = new Matrix[shape.keyBlock / shape.panel + 1];
    for (int p = 0; p < s.length; p++) {
      s[p] = all.columns(0, p * shape.panel);
    }
  }

  /** Makes room for m keys of a head; those packed before stay if they are the same call's. */
  void begin(long newCall, int newKvHead, int m) {
    if (call == newCall && kvHead == newKvHead) {
      return;
    }
    call = newCall;
    kvHead = newKvHead;
    int blocks = shape.keyBlocks(m);
    int had = keys.length;
    if (had < blocks) {
      keys = Arrays.copyOf(keys, blocks);
      values = Arrays.copyOf(values, blocks);
      packed = new boolean[blocks];
      for (int j = had; j < blocks; j++) {
        keys[j] = new Packed(shape.dk, shape.keyBlock, shape.panel);
        values[j] = new Packed(shape.keyBlock, shape.dv, shape.panel);
      }
    }
    Arrays.fill(packed, false);
  }

  /** Packs block j of a head's keys and values if that is not done yet. */
  void pack(int j, Matrix k, Matrix v) {
    if (!packed[j]) {
      int j0 = j * shape.keyBlock;
      int j1 = j0 + Math.min(shape.keyBlock, k.rows() - j0);
      keys[j].set(k.rows(j0, j1), Op.T);
      values[j].set(v.rows(j0, j1), Op.N);
      packed[j] = true;
    }
  }

  Packed keys(int j) {
    return keys[j];
  }

  Packed values(int j) {
    return values[j];
  }

  /** Room for the scores of so many queries and panels of keys. */
  Matrix scores(int rows, int panels) {
    return rows == shape.queryBlock ? s[panels] : s[panels].rows(0, rows);
  }
}
