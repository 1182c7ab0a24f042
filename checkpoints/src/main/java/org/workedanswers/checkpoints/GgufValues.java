package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * Numbers, texts and entries' values as bytes of a GGUF file, little-endian.
 *
 * <pre>
 *   text:   how many bytes, 8; UTF-8
 *   value:  its type, 4; the value
 *   list:   9, 4; its elements' type, 4; how many, 8; the elements without their type
 * </pre>
 */
final class GgufValues {
  private GgufValues() {}

  /** A value with its type before it, or without. */
  static byte[] valueBytes(Object value, boolean typed) {
    if (value instanceof List<?> list) {
      return listBytes(list, typed);
    }
    byte[] bytes;
    if (value instanceof Integer || value instanceof Long) {
      long x = ((Number) value).longValue();
      bytes = narrow(x) ? i32((int) x) : i64(x);
    } else if (value instanceof Float x) {
      bytes = i32(Float.floatToRawIntBits(x));
    } else if (value instanceof Double x) {
      bytes = i64(Double.doubleToRawLongBits(x));
    } else if (value instanceof Boolean x) {
      bytes = new byte[] {(byte) (x ? 1 : 0)};
    } else if (value instanceof String x) {
      bytes = textBytes(x);
    } else {
      throw new IllegalArgumentException(
          String.format(
              "an entry can't be %s: numbers, truth values, text and lists of them are written",
              value));
    }
    return typed ? joined(i32(code(value)), bytes) : bytes;
  }

  static byte[] listBytes(List<?> list, boolean typed) {
    boolean whole =
        !list.isEmpty() && list.stream().allMatch(x -> x instanceof Integer || x instanceof Long);
    boolean wide = whole && list.stream().anyMatch(x -> ((Number) x).longValue() != intOf(x));
    int code = whole ? wide ? 11 : 5 : list.isEmpty() ? code("") : code(list.get(0));
    List<byte[]> pieces = new ArrayList<>();
    if (typed) {
      pieces.add(i32(9));
    }
    pieces.add(i32(code));
    pieces.add(i64(list.size()));
    for (Object x : list) {
      Check.that(
          whole || x.getClass() == list.get(0).getClass(),
          "a list holds a %s and a %s: all must be of one kind",
          list.get(0).getClass().getSimpleName(),
          x.getClass().getSimpleName());
      if (whole) {
        pieces.add(wide ? i64(((Number) x).longValue()) : i32(intOf(x)));
      } else {
        pieces.add(valueBytes(x, false));
      }
    }
    return joined(pieces.toArray(byte[][]::new));
  }

  static int intOf(Object x) {
    return ((Number) x).intValue();
  }

  static boolean narrow(long x) {
    return x >= 0 && x <= 0xFFFF_FFFFL;
  }

  static int code(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return narrow(((Number) value).longValue()) ? 4 : 11;
    }
    if (value instanceof Float) {
      return 6;
    }
    if (value instanceof Boolean) {
      return 7;
    }
    if (value instanceof String) {
      return 8;
    }
    return value instanceof List ? 9 : 12;
  }

  static byte[] textBytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return joined(i64(bytes.length), bytes);
  }

  static byte[] joined(byte[]... pieces) {
    int length = 0;
    for (byte[] piece : pieces) {
      length = Math.addExact(length, piece.length);
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] piece : pieces) {
      all.put(piece);
    }
    return all.array();
  }

  static byte[] i32(int x) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(x).array();
  }

  static byte[] i64(long x) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(x).array();
  }
}
