package org.workedanswers.rag;

import java.util.Arrays;

/** A binary heap of longs with the smallest on top; it keeps its array when it is emptied. */
final class LongHeap {
  private long[] values = new long[64];
  private int size;

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  /** The smallest; there is one. */
  long top() {
    return values[0];
  }

  void push(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    int i = size++;
    for (int parent = (i - 1) / 2; i > 0 && value < values[parent]; parent = (i - 1) / 2) {
      values[i] = values[parent];
      i = parent;
    }
    values[i] = value;
  }

  /** Takes the smallest away; there is one. */
  long pop() {
    long top = values[0];
    long last = values[--size];
    if (size > 0) {
      replaceTop(last);
    }
    return top;
  }

  /** Puts a value in the place of the smallest; there is one. */
  void replaceTop(long value) {
    int i = 0;
    for (int child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && values[child + 1] < values[child]) {
        child++;
      }
      if (value <= values[child]) {
        break;
      }
      values[i] = values[child];
      i = child;
    }
    values[i] = value;
  }

  /** Empties the heap into {@code sorted}, the smallest first; returns how many they were. */
  int drain(long[] sorted) {
    int count = size;
    for (int i = 0; i < count; i++) {
      sorted[i] = pop();
    }
    return count;
  }
}
