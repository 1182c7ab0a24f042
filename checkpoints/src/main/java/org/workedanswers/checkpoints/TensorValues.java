package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.workedanswers.quantization.GgufBlockFormat;

/** Where a tensor's values stand in the file, and how they become numbers. */
interface TensorValues {
  /** The {@code count} values from value {@code from} as floats. */
  float[] floats(long from, int count);

  /** The {@code count} values from value {@code from} as longs. */
  long[] longs(long from, int count);

  /**
   * The {@code count} bytes from byte {@code from} as they stand in the file.
   *
   * @throws IllegalArgumentException if they do not stand there in a row
   */
  byte[] bytes(long from, int count);

  /** For a type that is named but not read: {@link Tensor} refuses before it asks. */
  TensorValues NONE = new LittleEndian(ElementType.UINT8, ByteBuffer.allocate(0));

  /** Values of a fixed size, one after the other, little-endian. */
  record LittleEndian(ElementType type, ByteBuffer bytes) implements TensorValues {
    @Override
    public byte[] bytes(long from, int count) {
      byte[] copy = new byte[count];
      bytes.get((int) from, copy);
      return copy;
    }

    @Override
    public float[] floats(long from, int count) {
      float[] values = new float[count];
      if (type == ElementType.FLOAT32) {
        bytes.slice((int) from * 4, count * 4).order(bytes.order()).asFloatBuffer().get(values);
        return values;
      }
      for (int i = 0; i < count; i++) {
        values[i] = type.floatAt(bytes, ((int) from + i) * type.bytes());
      }
      return values;
    }

    @Override
    public long[] longs(long from, int count) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = type.longAt(bytes, ((int) from + i) * type.bytes());
      }
      return values;
    }
  }

  /** Values of a file of any length, in blocks or one by one, from byte {@code start} on. */
  record Mapped(ElementType type, FileBytes file, long start) implements TensorValues {
    /** Elements whose bytes are looked at at a time. */
    private static final int STEP = 1 << 14;

    @Override
    public float[] floats(long from, int count) {
      float[] values = new float[count];
      if (type.blocks().isPresent()) {
        widen(type.blocks().get(), from, values);
      } else {
        for (int done = 0; done < count; done += STEP) {
          int length = Math.min(STEP, count - done);
          ByteBuffer bytes = buffer(from + done, length);
          for (int i = 0; i < length; i++) {
            values[done + i] = type.floatAt(bytes, i * type.bytes());
          }
        }
      }
      return values;
    }

    @Override
    public byte[] bytes(long from, int count) {
      byte[] copy = new byte[count];
      file.copy(start + from, copy, 0, count);
      return copy;
    }

    private ByteBuffer buffer(long from, int count) {
      return file.bytes(start + from * type.bytes(), count * type.bytes());
    }

    private void widen(GgufBlockFormat format, long from, float[] values) {
      byte[] block = new byte[format.blockBytes()];
      float[] widened = new float[format.blockSize()];
      int skipped = (int) (from % widened.length);
      for (int done = 0; done < values.length; ) {
        file.copy(start + (from + done) / widened.length * block.length, block, 0, block.length);
        format.widen(block, 0, widened, 0);
        int length = Math.min(widened.length - skipped, values.length - done);
        System.arraycopy(widened, skipped, values, done, length);
        done += length;
        skipped = 0;
      }
    }

    @Override
    public long[] longs(long from, int count) {
      long[] values = new long[count];
      for (int done = 0; done < count; done += STEP) {
        int length = Math.min(STEP, count - done);
        ByteBuffer bytes = buffer(from + done, length);
        for (int i = 0; i < length; i++) {
          values[done + i] = type.longAt(bytes, i * type.bytes());
        }
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
    public byte[] bytes(long from, int count) {
      throw new IllegalArgumentException(
          "values that are packed in their file do not stand there as bytes in a row");
    }

    @Override
    public float[] floats(long from, int count) {
      float[] values = new float[count];
      walk(from, count, (i, v) -> values[i] = type.floatOf(v));
      return values;
    }

    @Override
    public long[] longs(long from, int count) {
      long[] values = new long[count];
      walk(from, count, (i, v) -> values[i] = v);
      return values;
    }

    private void walk(long from, int count, Sink sink) {
      long[] next = {0};
      walk.forEach(
          v -> {
            long i = next[0]++ - from;
            if (i >= 0 && i < count) {
              sink.accept((int) i, v);
            }
          });
    }

    @FunctionalInterface
    private interface Sink {
      void accept(int index, long value);
    }
  }
}
