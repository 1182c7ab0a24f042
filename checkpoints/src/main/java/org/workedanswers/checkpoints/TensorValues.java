package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Where a tensor's values stand in the file, and how they become numbers. */
interface TensorValues {
  /** The {@code count} values from value {@code from} as floats. */
  float[] floats(int from, int count);

  /** The {@code count} values from value {@code from} as longs. */
  long[] longs(int from, int count);

  /** For a type that is named but not read: {@link Tensor} refuses before it asks. */
  TensorValues NONE = new LittleEndian(ElementType.UINT8, ByteBuffer.allocate(0));

  /** Values of a fixed size, one after the other, little-endian. */
  record LittleEndian(ElementType type, ByteBuffer bytes) implements TensorValues {
    @Override
    public float[] floats(int from, int count) {
      float[] values = new float[count];
      if (type == ElementType.FLOAT32) {
        bytes.slice(from * 4, count * 4).order(bytes.order()).asFloatBuffer().get(values);
        return values;
      }
      for (int i = 0; i < count; i++) {
        values[i] = type.floatAt(bytes, (from + i) * type.bytes());
      }
      return values;
    }

    @Override
    public long[] longs(int from, int count) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = type.longAt(bytes, (from + i) * type.bytes());
      }
      return values;
    }
  }

  /** Walks over the varints or single floats of a message's field, in the file's order. */
  @FunctionalInterface
  interface Walk {
    void forEach(LongConsumer sink);
  }

  /** Values that stand as varints, or one by one: they are walked from the first each time. */
  record Walked(ElementType type, Walk walk) implements TensorValues {
    @Override
    public float[] floats(int from, int count) {
      float[] values = new float[count];
      walk(from, count, (i, v) -> values[i] = type.floatOf(v));
      return values;
    }

    @Override
    public long[] longs(int from, int count) {
      long[] values = new long[count];
      walk(from, count, (i, v) -> values[i] = v);
      return values;
    }

    private void walk(int from, int count, Sink sink) {
      int[] next = {0};
      walk.forEach(
          v -> {
            int i = next[0]++ - from;
            if (i >= 0 && i < count) {
              sink.accept(i, v);
            }
          });
    }

    @FunctionalInterface
    private interface Sink {
      void accept(int index, long value);
    }
  }
}
