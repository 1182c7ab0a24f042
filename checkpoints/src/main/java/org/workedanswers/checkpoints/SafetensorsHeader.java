package org.workedanswers.checkpoints;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: JSON of one known form, which alone is read. Every span is held
 * against the file and against the tensor's shape.
 */
final class SafetensorsHeader {
  /** The format's own limit. */
  private static final int MAX_HEADER = 100_000_000;

  private static final int MAX_DIMENSIONS = 8;
  private static final int MAX_TENSORS = 1 << 18; // the largest models have some 10⁵
  private static final int MAX_METADATA = 1 << 16;

  private record Span(Tensor tensor, long from, long to) {}

  private final FileBytes file;
  private final byte[] text;
  private final long dataStart;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Span> spans = new ArrayList<>();
  private int at;
  private boolean metadataSeen;

  SafetensorsHeader(FileBytes file) {
    this.file = file;
    if (file.size() < 8) {
      throw new CheckpointException(
          "the length of the header needs 8 bytes and there are %d", file.size());
    }
    long length = file.bytes(0, 8).getLong(0);
    if (length < 2 || length > Math.min(MAX_HEADER, file.size() - 8)) {
      throw new CheckpointException(
          "byte 0: the header is to have %s bytes: it must have 2 to %d, and %d follow",
          Long.toUnsignedString(length), MAX_HEADER, file.size() - 8);
    }
    text = new byte[(int) length];
    file.copy(8, text, 0, text.length);
    if (text[0] != '{') {
      throw unexpected("'{'");
    }
    dataStart = 8 + length;
    object(this::entry);
    while (at < text.length && text[at] == ' ') {
      at++; // the writer fills the header up with spaces
    }
    if (at < text.length) {
      throw unexpected("the end of the header");
    }
    checkSpans();
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void entry(String name) {
    if (name.equals("__metadata__")) {
      if (metadataSeen) {
        throw new CheckpointException("byte %d: '__metadata__' stands there twice", 8 + at);
      }
      metadataSeen = true;
      object(
          key -> {
            if (metadata.size() == MAX_METADATA) {
              throw new CheckpointException(
                  "byte %d: more than %d entries of metadata", 8 + at, MAX_METADATA);
            }
            if (metadata.put(key, string()) != null) {
              throw new CheckpointException("byte %d: '%s' stands there twice", 8 + at, key);
            }
          });
      return;
    }
    String[] type = new String[1];
    long[][] shape = new long[1][];
    long[][] offsets = new long[1][];
    object(
        key -> {
          boolean twice;
          switch (key) {
            case "dtype" -> {
              twice = type[0] != null;
              type[0] = string();
            }
            case "shape" -> {
              twice = shape[0] != null;
              shape[0] = numbers(MAX_DIMENSIONS);
            }
            case "data_offsets" -> {
              twice = offsets[0] != null;
              offsets[0] = numbers(2);
            }
            default ->
                throw new CheckpointException(
                    "byte %d: tensor '%s' has a '%s': dtype, shape and data_offsets are known",
                    8 + at, name, key);
          }
          if (twice) {
            throw new CheckpointException(
                "byte %d: '%s' of tensor '%s' stands there twice", 8 + at, key, name);
          }
        });
    if (type[0] == null || shape[0] == null || offsets[0] == null || offsets[0].length != 2) {
      throw new CheckpointException(
          "byte %d: tensor '%s' needs a dtype, a shape and two data_offsets", 8 + at, name);
    }
    add(name, type[0], shape[0], offsets[0][0], offsets[0][1]);
  }

  private void add(String name, String dtype, long[] shape, long from, long to) {
    if (from > to || to > file.size() - dataStart) {
      throw new CheckpointException(
          "tensor '%s' goes from byte %d to %d of the data, which has %d",
          name, from, to, file.size() - dataStart);
    }
    long elements = 1;
    for (long size : shape) {
      if (size != 0 && elements > (1L << 60) / size) {
        throw new CheckpointException("tensor '%s' has more elements than 2^60", name);
      }
      elements *= size;
    }
    ElementType type = type(dtype);
    int bytes = type == ElementType.OTHER ? foreignBytes(name, dtype) : type.bytes();
    if (elements * bytes != to - from) {
      throw new CheckpointException(
          "tensor '%s' has %d elements of %d bytes and stands on %d bytes",
          name, elements, bytes, to - from);
    }
    TensorValues values =
        type == ElementType.OTHER
            ? TensorValues.NONE
            : new TensorValues.Mapped(type, file, dataStart + from);
    Tensor tensor = new Tensor(name, type, shape, elements, values);
    if (tensors.put(name, tensor) != null) {
      throw new CheckpointException("tensor '%s' stands there twice", name);
    }
    spans.add(new Span(tensor, from, to));
    if (spans.size() > MAX_TENSORS) {
      throw new CheckpointException("byte %d: more than %d tensors", 8 + at, MAX_TENSORS);
    }
  }

  private static ElementType type(String dtype) {
    return switch (dtype) {
      case "F64" -> ElementType.FLOAT64;
      case "F32" -> ElementType.FLOAT32;
      case "F16" -> ElementType.FLOAT16;
      case "BF16" -> ElementType.BFLOAT16;
      case "F8_E4M3" -> ElementType.FLOAT8_E4M3;
      case "F8_E5M2" -> ElementType.FLOAT8_E5M2;
      case "I64" -> ElementType.INT64;
      case "I32" -> ElementType.INT32;
      case "I16" -> ElementType.INT16;
      case "I8" -> ElementType.INT8;
      case "U64" -> ElementType.UINT64;
      case "U32" -> ElementType.UINT32;
      case "U16" -> ElementType.UINT16;
      case "U8" -> ElementType.UINT8;
      case "BOOL" -> ElementType.BOOL;
      default -> ElementType.OTHER;
    };
  }

  private static int foreignBytes(String name, String dtype) {
    if (dtype.startsWith("F8_")) {
      return 1;
    }
    throw new CheckpointException("tensor '%s' is of the unknown dtype '%s'", name, dtype);
  }

  /** The tensors fill the data, each byte belonging to one. */
  private void checkSpans() {
    spans.sort(Comparator.comparingLong(Span::from).thenComparingLong(Span::to));
    long end = 0;
    for (Span span : spans) {
      if (span.from() != end) {
        throw new CheckpointException(
            "tensor '%s' begins at byte %d of the data and the one before it ends at %d",
            span.tensor().name(), span.from(), end);
      }
      end = span.to();
    }
    if (end != file.size() - dataStart) {
      throw new CheckpointException(
          "the tensors end at byte %d of the data, which has %d", end, file.size() - dataStart);
    }
  }

  /** What a key's value is read by. */
  private interface Value {
    void read(String key);
  }

  /** {@code {"key": value, ...}}. */
  private void object(Value value) {
    expect('{');
    if (next('}')) {
      return;
    }
    do {
      String key = string();
      expect(':');
      value.read(key);
    } while (next(','));
    expect('}');
  }

  /** {@code [1, 2]}, integers that are not negative. */
  private long[] numbers(int most) {
    expect('[');
    long[] numbers = new long[most];
    int n = 0;
    if (!next(']')) {
      do {
        if (n == most) {
          throw unexpected("at most " + most + " numbers");
        }
        numbers[n++] = number();
      } while (next(','));
      expect(']');
    }
    return Arrays.copyOf(numbers, n);
  }

  private long number() {
    skipSpace();
    int start = at;
    long value = 0;
    while (at < text.length && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + text[at++] - '0';
      if (value > 1L << 58) {
        throw unexpected("a number below 2^58");
      }
    }
    if (at == start || at - start > 1 && text[start] == '0') {
      throw unexpected("a number that is an integer and not negative");
    }
    return value;
  }

  private String string() {
    expect('"');
    int start = at;
    StringBuilder escaped = null;
    while (at < text.length && text[at] != '"') {
      if (text[at] >= 0 && text[at] < ' ') {
        throw unexpected("a character of a text");
      }
      if (text[at] == '\\') {
        escaped = escaped == null ? new StringBuilder() : escaped;
        escaped.append(utf8(start, at));
        at++;
        escaped.append(escape());
        start = at;
      } else {
        at++;
      }
    }
    String last = utf8(start, at);
    expect('"');
    return escaped == null ? last : wellFormed(escaped.append(last).toString());
  }

  private String wellFormed(String s) {
    if (s.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      throw new CheckpointException("byte %d: half of a surrogate pair", 8 + at);
    }
    return s;
  }

  private String utf8(int from, int to) {
    String s = new String(text, from, to - from, StandardCharsets.UTF_8);
    if (s.indexOf('\uFFFD') >= 0
        && !Arrays.equals(s.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(text, from, to))) {
      throw new CheckpointException("byte %d: a text is no UTF-8", 8 + from);
    }
    return s;
  }

  private char escape() {
    char c = at < text.length ? (char) text[at++] : 0;
    switch (c) {
      case '"', '\\', '/':
        return c;
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = at < text.length ? Character.digit(text[at], 16) : -1;
          if (digit < 0) {
            throw unexpected("four hexadecimal digits");
          }
          code = code * 16 + digit;
          at++;
        }
        return (char) code;
      default:
        at--;
        throw unexpected("an escape of JSON");
    }
  }

  private void expect(char c) {
    if (!next(c)) {
      throw unexpected("'" + c + "'");
    }
  }

  private boolean next(char c) {
    skipSpace();
    if (at < text.length && text[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < text.length
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
  }

  private CheckpointException unexpected(String wanted) {
    return new CheckpointException(
        "byte %d: the header has %s: %s was expected",
        8 + at, at < text.length ? "'" + (char) (text[at] & 0x7F) + "'" : "its end", wanted);
  }
}
