package org.workedanswers.checkpoints;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the head of a GGUF file and holds every tensor's shape against the bytes that are there.
 * Whatever is counted is checked against the bytes that are left before memory is taken for it.
 */
final class GgufReader {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MAX_NAME = 1 << 16;

  /** Bytes of all the head's texts, and values of all its lists: several times a large model's. */
  private static final int MAX_TEXT = 1 << 27;

  private static final int MAX_VALUES = 1 << 22;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_DEPTH = 4; // of lists in lists
  private static final long ALIGNMENT = 32;

  /** A value's type by its code, with the least bytes that a value has. */
  private enum ValueType {
    U8(1),
    I8(1),
    U16(2),
    I16(2),
    U32(4),
    I32(4),
    F32(4),
    BOOL(1),
    TEXT(8),
    LIST(12),
    U64(8),
    I64(8),
    F64(8);

    final int leastBytes;

    ValueType(int leastBytes) {
      this.leastBytes = leastBytes;
    }
  }

  /** A tensor as the head has it. */
  private record Info(String name, long at, long[] shape, ElementType type, long offset) {}

  private final FileBytes bytes;
  private final GgufCursor cursor;
  private int textLeft = MAX_TEXT;
  private int valuesLeft = MAX_VALUES;

  GgufReader(FileBytes bytes) {
    this.bytes = bytes;
    this.cursor = new GgufCursor(bytes);
  }

  GgufModel read() {
    int magic = cursor.i32("the mark of a GGUF file");
    if (magic != MAGIC) {
      throw new CheckpointException(
          "byte 0: it begins with %08x, not with \"GGUF\", 47475546", Integer.reverseBytes(magic));
    }
    long version = cursor.u32("the version");
    if (version != 2 && version != 3) {
      boolean turned = Integer.reverseBytes((int) version) == 3;
      throw new CheckpointException(
          "byte 4: version %d: 2 and 3 are read%s",
          version, turned ? "; this file is big-endian" : "");
    }
    // A tensor has a length, a name's byte, dimensions, type and offset; an entry has length, key,
    // type and value.
    long tensors = cursor.count("the number of tensors", 24);
    long entries = cursor.count("the number of entries", 13);
    Map<String, Object> metadata = new LinkedHashMap<>();
    Map<String, GgufModel.Entry> whole = new LinkedHashMap<>();
    for (long i = 0; i < entries; i++) {
      long at = cursor.position();
      String key = text("a key", MAX_NAME);
      if (metadata.put(key, value(key, type(key), 0)) != null) {
        throw new CheckpointException("byte %d: a second '%s'", at, key);
      }
      whole.put(key, new GgufModel.Entry(bytes, at, (int) (cursor.position() - at)));
    }
    List<Info> infos = new ArrayList<>();
    for (long i = 0; i < tensors; i++) {
      infos.add(info());
    }
    return new GgufModel(version, metadata, whole, placed(infos, alignment(metadata)));
  }

  private String text(String what, int most) {
    long start = cursor.position();
    String text = cursor.text(what, Math.min(most, textLeft));
    textLeft -= (int) (cursor.position() - start - Long.BYTES);
    return text;
  }

  private ValueType type(String key) {
    long at = cursor.position();
    long code = cursor.u32("the type of " + key);
    if (code >= ValueType.values().length) {
      throw new CheckpointException(
          "byte %d: '%s' has type %d: it must be 0..%d",
          at, key, code, ValueType.values().length - 1);
    }
    return ValueType.values()[(int) code];
  }

  private Object value(String key, ValueType type, int depth) {
    long at = cursor.position();
    return switch (type) {
      case U8 -> cursor.i8(key) & 0xFFL;
      case I8 -> (long) cursor.i8(key);
      case U16 -> cursor.i16(key) & 0xFFFFL;
      case I16 -> (long) cursor.i16(key);
      case U32 -> cursor.u32(key);
      case I32 -> (long) cursor.i32(key);
      case F32 -> Float.intBitsToFloat(cursor.i32(key));
      case F64 -> Double.longBitsToDouble(cursor.u64(key));
      case I64 -> cursor.u64(key);
      case TEXT -> text("the text of " + key, textLeft);
      case BOOL -> {
        byte b = cursor.i8(key);
        if (b != 0 && b != 1) {
          throw new CheckpointException("byte %d: '%s' is %d: it must be 0 or 1", at, key, b);
        }
        yield b == 1;
      }
      case U64 -> {
        long n = cursor.u64(key);
        if (n < 0) {
          throw new CheckpointException(
              "byte %d: '%s' is %s: above 2^63 - 1 nothing is read",
              at, key, Long.toUnsignedString(n));
        }
        yield n;
      }
      case LIST -> list(key, depth + 1);
    };
  }

  private List<Object> list(String key, int depth) {
    if (depth > MAX_DEPTH) {
      throw new CheckpointException(
          "byte %d: '%s' has lists in lists, more than %d deep", cursor.position(), key, MAX_DEPTH);
    }
    ValueType type = type(key);
    long count = cursor.count("the length of '" + key + "'", type.leastBytes);
    if (count > valuesLeft) {
      throw new CheckpointException(
          "byte %d: '%s' has %d values: at most %d are read in all lists together",
          cursor.position(), key, count, MAX_VALUES);
    }
    valuesLeft -= (int) count;
    List<Object> list = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      list.add(value(key, type, depth));
    }
    return List.copyOf(list);
  }

  private static long alignment(Map<String, Object> metadata) {
    Object named = metadata.getOrDefault("general.alignment", ALIGNMENT);
    if (!(named instanceof Long a) || a < 8 || a > 1 << 20 || Long.bitCount(a) != 1) {
      throw new CheckpointException(
          "general.alignment is %s: it must be a power of two, 8..%d", named, 1 << 20);
    }
    return a;
  }

  private Info info() {
    long at = cursor.position();
    String name = text("a tensor's name", MAX_NAME);
    long dimensions = cursor.u32("the dimensions of " + name);
    if (dimensions > MAX_DIMENSIONS) {
      throw new CheckpointException(
          "byte %d: tensor '%s' has %d dimensions: at most %d are read",
          at, name, dimensions, MAX_DIMENSIONS);
    }
    long[] shape = new long[(int) dimensions];
    for (int i = shape.length - 1; i >= 0; i--) {
      shape[i] = cursor.u64("a size of " + name);
    }
    ElementType type = ElementType.ofGguf(cursor.u32("the type of " + name));
    return new Info(name, at, shape, type, cursor.u64("the offset of " + name));
  }

  /** Finds every tensor's bytes; none may share any. */
  private Map<String, Tensor> placed(List<Info> infos, long alignment) {
    long start = Math.addExact(cursor.position(), alignment - 1) / alignment * alignment;
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<long[]> taken = new ArrayList<>(); // from, to, number
    for (Info info : infos) {
      long elements = elements(info);
      long size = size(info, elements);
      if (info.offset < 0
          || info.offset % alignment != 0
          || info.offset > bytes.size() - start
          || size > bytes.size() - start - info.offset) {
        throw new CheckpointException(
            "byte %d: tensor '%s' of %d bytes at offset %s of the data, which has %d: it must begin"
                + " at a multiple of %d and end inside",
            info.at,
            info.name,
            size,
            Long.toUnsignedString(info.offset),
            Math.max(0, bytes.size() - start),
            alignment);
      }
      if (size > 0) {
        taken.add(new long[] {info.offset, info.offset + size, tensors.size()});
      }
      TensorValues values =
          info.type == ElementType.OTHER
              ? TensorValues.NONE
              : new TensorValues.Mapped(info.type, bytes, start + info.offset);
      Tensor tensor = new Tensor(info.name, info.type, info.shape, elements, values);
      if (tensors.put(info.name, tensor) != null) {
        throw new CheckpointException("byte %d: a second tensor '%s'", info.at, info.name);
      }
    }
    taken.sort(Comparator.comparingLong(t -> t[0]));
    for (int i = 1; i < taken.size(); i++) {
      if (taken.get(i)[0] < taken.get(i - 1)[1]) {
        Info info = infos.get((int) taken.get(i)[2]);
        throw new CheckpointException(
            "byte %d: tensor '%s' shares bytes with tensor '%s'",
            info.at, info.name, infos.get((int) taken.get(i - 1)[2]).name);
      }
    }
    return tensors;
  }

  private static long elements(Info info) {
    long elements = 1;
    for (long size : info.shape) {
      if (size < 0 || size != 0 && elements > Long.MAX_VALUE / 8 / size) {
        throw new CheckpointException(
            "byte %d: the sizes of tensor '%s' pass what can be counted", info.at, info.name);
      }
      elements *= size;
    }
    return elements;
  }

  /** The bytes of a tensor; 0 where the type's layout is not known. */
  private static long size(Info info, long elements) {
    int block = info.type.blockSize();
    long row = info.shape.length == 0 ? 1 : info.shape[info.shape.length - 1];
    if (row % block != 0) {
      throw new CheckpointException(
          "byte %d: tensor '%s' has rows of %d, which is no multiple of the %d weights of a %s block",
          info.at, info.name, row, block, info.type);
    }
    return elements / block * info.type.blockBytes(); // eight an element at most: no overflow
  }
}
