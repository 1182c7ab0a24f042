package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * The matrix product on vectors, in two forms.
 *
 * <p><b>B as it stands, or A transposed:</b> lanes are columns of C. A panel of B, {@value #KC}
 * rows deep and {@link #NR} columns wide, is copied together so that it streams from the cache, and
 * rows of A run over it, six at a time. Every element of C is summed from k = 0 upwards by
 * multiply-adds: the sums so far wait in a tile between two panels, so that neither the depth of a
 * panel nor the number of rows changes their order. Goto and van de Geijn, <i>Anatomy of
 * High-Performance Matrix Multiplication</i>, ACM TOMS 34, 2008.
 *
 * <p><b>A Bᵀ:</b> lanes are steps along k; see {@link SimdDotProducts}.
 */
final class SimdGemm {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Columns of a panel of B: four vectors. */
  private static final int NR = 4 * L;

  /** Depth of a panel of B: KC x NR floats take 128 KiB with 512-bit vectors. */
  private static final int KC = 512;

  /** Rows of C whose sums wait in the tile. */
  private static final int MC = 192;

  /** Rows that are computed together: 6 x 4 sums fill the 32 registers of AVX-512. */
  private static final int MR = 6;

  /** Scratch that is kept for each thread, at most KC · NR + MC · NR + MC · KC floats. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final float[] panel = new float[KC * NR];
    private final float[] tile = new float[MC * NR];
    private float[] rows = new float[0];

    private float[] rows() {
      if (rows.length == 0) {
        rows = new float[MC * KC];
      }
      return rows;
    }
  }

  private SimdGemm() {}

  static void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    int inner = alpha == 0 ? 0 : opA.cols(a);
    if (opA == Op.N && opB == Op.T && inner > 0) {
      SimdDotProducts.gemm(alpha, a, b, beta, c);
      return;
    }
    Scratch scratch = Scratch.OF_THREAD.get();
    for (int i0 = 0; i0 < c.rows(); i0 += MC) {
      int m = Math.min(MC, c.rows() - i0);
      for (int j0 = 0; j0 < c.cols(); j0 += NR) {
        int n = Math.min(NR, c.cols() - j0);
        java.util.Arrays.fill(scratch.tile, 0, m * NR, 0);
        for (int k0 = 0; k0 < inner; k0 += KC) {
          int k = Math.min(KC, inner - k0);
          block(scratch, a, opA, i0, m, b, opB, j0, n, k0, k);
        }
        store(scratch.tile, alpha, beta, c, i0, m, j0, n);
      }
    }
  }

  /** tile [m x n] += op(A)[i0.., k0..] op(B)[k0.., j0..]. */
  private static void block(
      Scratch scratch,
      Matrix a,
      Op opA,
      int i0,
      int m,
      Matrix b,
      Op opB,
      int j0,
      int n,
      int k0,
      int k) {
    float[] panel = scratch.panel;
    int po = 0;
    int step = NR;
    if (opB == Op.N && n == NR && m <= MR) {
      panel = b.data(); // one group of rows: copying would cost as much as the product
      po = b.index(k0, j0);
      step = b.stride();
    } else {
      pack(panel, b, opB, j0, n, k0, k);
    }
    float[] rows = a.data();
    int ao = a.index(i0, k0);
    int stride = a.stride();
    if (opA == Op.T) {
      rows = scratch.rows();
      ao = 0;
      stride = k;
      for (int p = 0; p < k; p++) {
        int from = a.index(k0 + p, i0);
        for (int i = 0; i < m; i++) {
          rows[i * k + p] = a.data()[from + i];
        }
      }
    }
    int i = 0;
    for (; i + MR <= m; i += MR) {
      SimdMicroKernel.six(k, rows, ao + i * stride, stride, panel, po, step, scratch.tile, i * NR);
    }
    for (; i < m; i++) {
      SimdMicroKernel.one(k, rows, ao + i * stride, panel, po, step, scratch.tile, i * NR);
    }
  }

  /** panel [k x NR] = op(B)[k0.., j0..], filled up with zeros at the right. */
  private static void pack(float[] panel, Matrix b, Op opB, int j0, int n, int k0, int k) {
    if (n < NR) {
      java.util.Arrays.fill(panel, 0, k * NR, 0);
    }
    if (opB == Op.N) {
      for (int p = 0; p < k; p++) {
        System.arraycopy(b.data(), b.index(k0 + p, j0), panel, p * NR, n);
      }
    } else {
      for (int j = 0; j < n; j++) {
        int from = b.index(j0 + j, k0);
        for (int p = 0; p < k; p++) {
          panel[p * NR + j] = b.data()[from + p];
        }
      }
    }
  }

  /** C = α · tile + β · C, lane by lane and for the last columns one by one with the same steps. */
  private static void store(
      float[] tile, float alpha, float beta, Matrix c, int i0, int m, int j0, int n) {
    float[] data = c.data();
    for (int i = 0; i < m; i++) {
      int co = c.index(i0 + i, j0);
      int to = i * NR;
      int j = 0;
      for (; j + L <= n; j += L) {
        FloatVector x = FloatVector.fromArray(F, tile, to + j).mul(alpha);
        if (beta != 0) {
          x = FloatVector.fromArray(F, data, co + j).fma(FloatVector.broadcast(F, beta), x);
        }
        x.intoArray(data, co + j);
      }
      for (; j < n; j++) {
        float x = tile[to + j] * alpha;
        data[co + j] = beta == 0 ? x : Math.fma(data[co + j], beta, x);
      }
    }
  }
}
