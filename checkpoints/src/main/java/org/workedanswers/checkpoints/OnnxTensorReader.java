package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Reads one TensorProto and holds its shape against its bytes.
 *
 * <p>The values stand in {@code raw_data} (9), little-endian; or in a field that goes with the
 * type: {@code float_data} (4), {@code double_data} (10) and {@code int64_data} (7) for what they
 * say, {@code uint64_data} (11) for unsigned of 32 and 64 bits, {@code string_data} (6), and {@code
 * int32_data} (5) for all the smaller ones, the bits of 16-bit floats too. More than one of these
 * is refused.
 */
final class OnnxTensorReader {
  private static final int RAW = 9;
  private static final int MAX_DIMENSIONS = 64;

  private final OnnxReader budget;
  private final ByteBuffer bytes;
  private final int start;
  private final int end;

  private final long[] dims = new long[MAX_DIMENSIONS];
  private int dimensions;
  private long typeCode;
  private String name = "";
  private int dataField;
  private int chunks;
  private int chunkStart;
  private int chunkEnd;

  /** The bytes {@code start} to {@code end} (not included) are a TensorProto. */
  OnnxTensorReader(OnnxReader budget, ByteBuffer bytes, int start, int end) {
    this.budget = budget;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  Tensor read() {
    for (Wire wire = wire(); wire.next(); ) {
      field(wire);
    }
    if (name.isEmpty()) {
      throw new CheckpointException("byte %d: a tensor has no name", start);
    }
    if (typeCode == 0) {
      throw new CheckpointException("byte %d: tensor '%s' has no data_type", start, name);
    }
    ElementType type = ElementType.ofOnnx(typeCode);
    long[] shape = Arrays.copyOf(dims, dimensions);
    long elements = product(shape);
    return new Tensor(name, type, shape, elements, values(type, elements));
  }

  private Wire wire() {
    return new Wire(bytes, start, end, "TensorProto");
  }

  private void field(Wire wire) {
    switch (wire.field()) {
      case 1 -> wire.varints("dims", d -> dim(wire, d));
      case 2 -> typeCode = wire.number("data_type");
      case 3 -> throw refused(wire, "is a segment of a larger one");
      case 4, 5, 6, 7, RAW, 10, 11 -> data(wire);
      case 8 -> name = budget.name(wire, "name");
      case 13 -> throw refused(wire, "stands in another file (external_data)");
      case 14 -> {
        if (wire.number("data_location") != 0) {
          throw refused(wire, "stands in another file (data_location)");
        }
      }
      default -> {} // doc_string, metadata
    }
  }

  private CheckpointException refused(Wire wire, String why) {
    return new CheckpointException(
        "byte %d: tensor '%s' %s: only weights inside of the file are read",
        wire.start(), name, why);
  }

  private void dim(Wire wire, long size) {
    budget.entry(wire);
    if (size < 0) {
      throw new CheckpointException(
          "byte %d: tensor '%s' has size %d: sizes must not be negative", wire.start(), name, size);
    }
    if (dimensions == MAX_DIMENSIONS) {
      throw new CheckpointException(
          "byte %d: tensor '%s' has more than %d sizes", wire.start(), name, MAX_DIMENSIONS);
    }
    dims[dimensions++] = size;
  }

  private void data(Wire wire) {
    if (dataField != 0 && dataField != wire.field()) {
      throw new CheckpointException(
          "byte %d: tensor '%s' has values in field %d and in field %d: it must be one of them",
          wire.start(), name, dataField, wire.field());
    }
    int single = // how one value alone may stand
        switch (wire.field()) {
          case 4 -> Wire.FIXED32;
          case 5, 7, 11 -> Wire.VARINT;
          case 10 -> Wire.FIXED64;
          default -> Wire.BYTES;
        };
    if (wire.type() != single) {
      wire.expect(Wire.BYTES, "data");
    }
    dataField = wire.field();
    chunks++;
    chunkStart = wire.start(); // the last raw_data counts, as everywhere in protobuf
    chunkEnd = wire.end();
  }

  private long product(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      if (size == 0) {
        return 0;
      }
    }
    for (long size : shape) {
      if (elements > Long.MAX_VALUE / size) {
        throw new CheckpointException(
            "byte %d: tensor '%s' has sizes %s: their product passes 64 bits",
            start, name, Arrays.toString(shape));
      }
      elements *= size;
    }
    return elements;
  }

  private TensorValues values(ElementType type, long elements) {
    if (type == ElementType.OTHER || type == ElementType.STRING) {
      return TensorValues.NONE;
    }
    if (dataField == 0) {
      agree(elements, 0, type);
      return TensorValues.NONE;
    }
    if (dataField != RAW && dataField != fieldOf(type)) {
      throw new CheckpointException(
          "byte %d: tensor '%s' is %s and has its values in field %d: it must be field 9 or %d",
          start, name, type, dataField, fieldOf(type));
    }
    boolean fixed = dataField == RAW || dataField == 4 || dataField == 10;
    if (dataField == RAW || (fixed && chunks == 1)) {
      int length = chunkEnd - chunkStart;
      if (length % type.bytes() != 0) {
        throw new CheckpointException(
            "byte %d: tensor '%s' has %d bytes of data: not a whole number of %s",
            chunkStart, name, length, type);
      }
      agree(elements, length / type.bytes(), type);
      return new TensorValues.LittleEndian(
          type, bytes.slice(chunkStart, length).order(ByteOrder.LITTLE_ENDIAN));
    }
    TensorValues.Walk walk = fixed ? this::walkFixed : this::walkVarints;
    long[] count = {0};
    walk.forEach(
        v -> {
          inRange(type, v);
          count[0]++;
        });
    agree(elements, count[0], type);
    return new TensorValues.Walked(type, walk);
  }

  private void agree(long elements, long held, ElementType type) {
    if (elements != held) {
      throw new CheckpointException(
          "byte %d: tensor '%s' has sizes %s, %d elements of %s, and holds values for %d",
          start, name, Arrays.toString(Arrays.copyOf(dims, dimensions)), elements, type, held);
    }
  }

  private static int fieldOf(ElementType type) {
    return switch (type) {
      case FLOAT32 -> 4;
      case STRING -> 6;
      case INT64 -> 7;
      case FLOAT64 -> 10;
      case UINT32, UINT64 -> 11;
      default -> 5;
    };
  }

  private void inRange(ElementType type, long value) {
    boolean fits =
        switch (type) {
          case BOOL -> value >= 0 && value <= 1;
          case INT8 -> value == (byte) value;
          case UINT8 -> value == (value & 0xFF);
          case INT16 -> value == (short) value;
          case UINT16, FLOAT16, BFLOAT16 -> value == (value & 0xFFFF);
          case INT32 -> value == (int) value;
          case UINT32 -> value == (value & 0xFFFF_FFFFL);
          default -> true;
        };
    if (!fits) {
      throw new CheckpointException(
          "byte %d: tensor '%s' is %s and has the value %d", chunkStart, name, type, value);
    }
  }

  private void walkVarints(LongConsumer sink) {
    for (Wire wire = wire(); wire.next(); ) {
      if (wire.field() == dataField) {
        wire.varints("data", sink);
      }
    }
  }

  /** Field 4 or 10 in several parts, each packed or a single number. */
  private void walkFixed(LongConsumer sink) {
    int size = dataField == 4 ? 4 : 8;
    for (Wire wire = wire(); wire.next(); ) {
      if (wire.field() != dataField) {
        continue;
      }
      if (wire.length() % size != 0) {
        throw new CheckpointException(
            "byte %d: tensor '%s' has %d bytes of data: not a whole number of %d",
            wire.start(), name, wire.length(), size);
      }
      ByteBuffer values = wire.slice();
      for (int at = 0; at < values.limit(); at += size) {
        sink.accept(size == 4 ? values.getInt(at) : values.getLong(at));
      }
    }
  }
}
