package org.workedanswers.core.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * The matrix product on vectors: blocks of both operands are packed into panels, and a tile of C,
 * {@link SimdTile#ROWS} x {@link SimdTile#COLUMNS}, is computed in registers. A block of A stays in
 * the second cache while all panels of a block of B pass, each from the first. Goto and van de
 * Geijn, <i>Anatomy of High-Performance Matrix Multiplication</i>, ACM TOMS 34, 2008.
 *
 * <p>The inner size is cut into blocks, whose sums are added to C one after the other. Within a
 * block there are two orders, each kept by a form for many rows of C and by one for few that packs
 * nothing:
 *
 * <ul>
 *   <li><b>from the first step to the last</b>, but for A Bᵀ: few rows by {@link SimdRowProducts};
 *   <li><b>by lane</b>, for A Bᵀ of more than {@link #SHORT} steps, where both operands have their
 *       rows along k, and a row alone is fastest if a vector passes along it: lane l sums the steps
 *       l, l + L, l + 2L ... (L lanes), halves of the lanes are added until one is left, and what
 *       fills no vector is summed apart and added last. Few rows by {@link SimdDotProducts}; many
 *       as L products of a part of the steps each.
 * </ul>
 */
final class SimdGemm {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();
  private static final int MR = SimdTile.ROWS;
  private static final int NR = SimdTile.COLUMNS;

  /** Steps of a block that are summed from the first to the last, before C is met. */
  static final int DEPTH = 1024;

  /**
   * Steps of a panel of B that stay in the first cache, 16 KiB of a narrow one, while the panels of
   * A pass. By lane it is a lane's part that does.
   */
  static final int SLICE = 256;

  /** Steps of a block that are summed by lane. */
  static final int LANE_DEPTH = SLICE * L;

  /** Sums of so few steps go from the first to the last in A Bᵀ too: lanes would cost more. */
  private static final int SHORT = 4 * L;

  /** Rows of C up to which packing B costs more than it gains. */
  static final int FEW_ROWS = 8;

  /** The same by lane: packing transposes there. */
  private static final int FEW_ROWS_BY_LANE = 32;

  /** Floats of a block of A with its sums: 256 KiB, for a second cache of 512 KiB or more. */
  private static final int BLOCK_OF_A = 64 * 1024;

  /** Floats of a block of B: 4 MiB. */
  private static final int BLOCK_OF_B = 1024 * 1024;

  /** A tile for each lane and one for what fills none; or some rows of {@link SimdRowProducts}. */
  private static final int SMALLEST_SUMS =
      Math.max((L + 1) * MR * NR, FEW_ROWS * SimdRowProducts.COLUMNS);

  /** Kept for each thread; the panels grow to the largest block that was met. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private float[] rows = new float[0];
    private float[] columns = new float[0];
    private float[] sums = new float[SMALLEST_SUMS];

    private void reserve(int a, int b, int c) {
      rows = rows.length < a ? new float[a] : rows;
      columns = columns.length < b ? new float[b] : columns;
      sums = sums.length < c ? new float[c] : sums;
    }
  }

  private SimdGemm() {}

  static void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    float[] sums = Scratch.OF_THREAD.get().sums;
    boolean byLane = opA == Op.N && opB == Op.T && opA.cols(a) > SHORT;
    if (c.rows() == 0 || c.cols() == 0) {
      return;
    }
    if (alpha == 0 || opA.cols(a) == 0) {
      Arrays.fill(sums, 0, NR, 0);
      for (int i = 0; i < c.rows(); i++) {
        for (int j = 0; j < c.cols(); j += NR) {
          store(sums, 0, 0, beta, c.data(), c.index(i, j), Math.min(NR, c.cols() - j));
        }
      }
    } else if (byLane && c.rows() <= FEW_ROWS_BY_LANE) {
      SimdDotProducts.gemm(sums, alpha, a, b, beta, c);
    } else if (opB == Op.N && c.rows() <= FEW_ROWS) {
      SimdRowProducts.gemm(sums, alpha, a, opA, b, beta, c);
    } else {
      byBlocks(alpha, a, opA, b, opB, byLane, beta, c);
    }
  }

  private static void byBlocks(
      float alpha, Matrix a, Op opA, Matrix b, Op opB, boolean byLane, float beta, Matrix c) {
    int inner = opA.cols(a);
    int depth = Math.min(inner, byLane ? LANE_DEPTH : DEPTH);
    int mc = BLOCK_OF_A / (depth + NR) / MR * MR; // with a row of A go its sums
    int nc = BLOCK_OF_B / depth / NR * NR;
    int packed = SimdPanels.floats(MR, Math.min(mc, c.rows()), 1);
    Scratch scratch = Scratch.OF_THREAD.get();
    scratch.reserve(
        packed * depth, SimdPanels.floats(NR, Math.min(nc, c.cols()), depth), packed * NR);
    for (int k0 = 0, k; k0 < inner; k0 += k) {
      k = Math.min(depth, inner - k0);
      for (int j0 = 0, n; j0 < c.cols(); j0 += n) {
        n = Math.min(nc, c.cols() - j0);
        SimdPanels.packColumns(scratch.columns, NR, byLane, b, opB, j0, n, k0, k);
        for (int i0 = 0, m; i0 < c.rows(); i0 += m) {
          m = Math.min(mc, c.rows() - i0);
          SimdPanels.packRows(scratch.rows, MR, byLane, a, opA, i0, m, k0, k);
          Matrix part = c.rows(i0, i0 + m).columns(j0, j0 + n);
          if (byLane) {
            byLane(scratch, k, alpha, k0 == 0 ? beta : 1, part);
          } else {
            inOrder(scratch, k, alpha, k0 == 0 ? beta : 1, part);
          }
        }
      }
    }
  }

  /**
   * C = α · (block of A) (block of B) + β · C. The sums of all rows by one panel of columns stand
   * together until they are complete: rows of C can be far apart, and would leave the caches.
   */
  private static void inOrder(Scratch s, int k, float alpha, float beta, Matrix c) {
    for (int j = 0; j < c.cols(); j += NR) {
      Arrays.fill(s.sums, 0, SimdPanels.floats(MR, c.rows(), NR), 0);
      for (int p = 0; p < k; p += SLICE) {
        int count = Math.min(SLICE, k - p);
        for (int i = 0; i < c.rows(); i += MR) {
          SimdTile.product(
              count, s.rows, i * k + p * MR, s.columns, j * k + p * NR, s.sums, i * NR);
        }
      }
      for (int i = 0; i < c.rows(); i++) {
        store(s.sums, i * NR, alpha, beta, c.data(), c.index(i, j), Math.min(NR, c.cols() - j));
      }
    }
  }

  /** The same by lane; a tile of C meets a panel of all steps. */
  private static void byLane(Scratch s, int k, float alpha, float beta, Matrix c) {
    for (int j = 0; j < c.cols(); j += NR) {
      for (int i = 0; i < c.rows(); i += MR) {
        sumByLane(k, s.rows, i * k, s.columns, j * k, s.sums);
        for (int r = 0; r < Math.min(MR, c.rows() - i); r++) {
          int co = c.index(i + r, j);
          store(s.sums, r * NR, alpha, beta, c.data(), co, Math.min(NR, c.cols() - j));
        }
      }
    }
  }

  /** The first tile = a panel of A with a panel of B, both packed by lane. */
  private static void sumByLane(
      int k, float[] rows, int ro, float[] columns, int co, float[] tiles) {
    int steps = k / L;
    Arrays.fill(tiles, 0, (L + 1) * MR * NR, 0);
    for (int lane = 0; lane <= L; lane++) { // the last takes what fills no vector
      int p = lane * steps;
      int count = lane < L ? steps : k - p;
      SimdTile.product(count, rows, ro + p * MR, columns, co + p * NR, tiles, lane * MR * NR);
    }
    for (int half = L / 2; half > 0; half /= 2) {
      addTiles(tiles, half, half);
    }
    addTiles(tiles, L, 1);
  }

  /** Tiles 0 to count += the tiles from {@code from} on. */
  private static void addTiles(float[] tiles, int from, int count) {
    int o = from * MR * NR;
    for (int i = 0; i < count * MR * NR; i += L) {
      FloatVector.fromArray(F, tiles, i)
          .add(FloatVector.fromArray(F, tiles, o + i))
          .intoArray(tiles, i);
    }
  }

  /**
   * C = α · sums + β · C for n elements of a row, lane by lane and for the last one by one with the
   * same steps.
   */
  static void store(float[] sums, int so, float alpha, float beta, float[] c, int co, int n) {
    int j = 0;
    for (; j + L <= n; j += L) {
      FloatVector x = FloatVector.fromArray(F, sums, so + j).mul(alpha);
      if (beta != 0) {
        x = FloatVector.fromArray(F, c, co + j).fma(FloatVector.broadcast(F, beta), x);
      }
      x.intoArray(c, co + j);
    }
    for (; j < n; j++) {
      float x = sums[so + j] * alpha;
      c[co + j] = beta == 0 ? x : Math.fma(c[co + j], beta, x);
    }
  }
}
