package org.workedanswers.tokenizers;

import java.util.Arrays;

/**
 * Byte-pair encoding: of all neighbours that may be merged, those of the lowest rank are, the
 * leftmost first, until none are left.
 *
 * <pre>
 *   x₁ ... xₙ  →  x₁ ... xᵢ₋₁ (xᵢ xᵢ₊₁) xᵢ₊₂ ... xₙ     i = argmin rank(xᵢ, xᵢ₊₁)
 * </pre>
 *
 * R. Sennrich, B. Haddow and A. Birch, <i>Neural Machine Translation of Rare Words with Subword
 * Units</i>, ACL 2016, section 3.2. The neighbours wait in a heap, so n symbols take O(n log n):
 * searching anew for each merge, as the plain loop does, takes O(n²), seconds for one long word.
 */
final class Merger {
  /** No merge. */
  static final long NO = Long.MAX_VALUE;

  /** Which neighbours may be merged. */
  @FunctionalInterface
  interface Pairs {
    /** {@code rank << 32 | merged}, or {@link #NO}; the rank is not negative. */
    long merge(int left, int right);
  }

  private final Pairs pairs;
  private int[] symbols = new int[0];
  private int[] before = new int[0];
  private int[] after = new int[0];

  /** rank << 32 | place of the left one, the least on top; what has been merged since stays. */
  private long[] heap = new long[16];

  private int size;

  Merger(Pairs pairs) {
    this.pairs = pairs;
  }

  /** A pair's rank and what it makes, as {@link Pairs} has it. */
  static long pair(int rank, int merged) {
    return (long) rank << 32 | merged;
  }

  /** Merges symbols and adds what is left of them to a list. */
  void merge(IntList in, IntList out) {
    int n = in.size();
    if (symbols.length < n) {
      int length = Math.max(n, 2 * symbols.length);
      symbols = new int[length];
      before = new int[length];
      after = new int[length];
    }
    size = 0;
    for (int i = 0; i < n; i++) {
      symbols[i] = in.get(i);
      before[i] = i - 1;
      after[i] = i + 1;
    }
    for (int i = 0; i + 1 < n; i++) {
      push(i, n);
    }
    while (size > 0) {
      long top = pop();
      int i = (int) top;
      if (after[i] < 0 || after[i] >= n) {
        continue; // it has become part of another, or is the last
      }
      int j = after[i];
      long now = pairs.merge(symbols[i], symbols[j]);
      // Where a neighbour has changed, its own entry is in the heap; of equal rank it is as good.
      if (now == NO || now >>> 32 != top >>> 32) {
        continue;
      }
      symbols[i] = (int) now;
      after[i] = after[j];
      after[j] = -1;
      if (after[i] < n) {
        before[after[i]] = i;
      }
      push(i, n);
      if (before[i] >= 0) {
        push(before[i], n);
      }
    }
    for (int i = 0; i < n; i = after[i]) {
      out.add(symbols[i]);
    }
  }

  private void push(int i, int n) {
    long pair = after[i] < n ? pairs.merge(symbols[i], symbols[after[i]]) : NO;
    if (pair == NO) {
      return;
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    long value = (pair & 0xFFFF_FFFF_0000_0000L) | i;
    int at = size++;
    while (at > 0 && heap[(at - 1) / 2] > value) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = value;
  }

  private long pop() {
    long top = heap[0];
    long last = heap[--size];
    int at = 0;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
