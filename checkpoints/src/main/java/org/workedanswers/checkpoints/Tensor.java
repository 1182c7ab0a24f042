package org.workedanswers.checkpoints;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.GgufBlockFormat;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;

/**
 * A named tensor of a model's file: its type, its shape, and its values when asked for.
 *
 * <p>The values stay in the file's bytes, row-major (the last index runs fastest), and every call
 * of {@link #floats()}, {@link #longs()} or {@link #matrix()} converts them into new memory: keep
 * what you need. That the bytes agree with the shape was checked when the file was read. Safe for
 * many threads.
 */
public final class Tensor {
  private final String name;
  private final ElementType type;
  private final long[] shape;
  private final long elements;
  private final TensorValues values;

  Tensor(String name, ElementType type, long[] shape, long elements, TensorValues values) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.elements = elements;
    this.values = values;
  }

  /** The name in the file. */
  public String name() {
    return name;
  }

  /** What an element is. */
  public ElementType type() {
    return type;
  }

  /** The sizes, the slowest index first; empty for a scalar. A copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** How many elements there are: the product of the sizes, 1 for a scalar. */
  public long elements() {
    return elements;
  }

  /** How many bytes its values take as the type stores them; 0 where the layout is not known. */
  public long bytes() {
    return elements / type.blockSize() * type.blockBytes();
  }

  /**
   * All elements as floats, each exactly its value in the file; those of a block format as it
   * widens them.
   */
  public float[] floats() {
    return floats(0, length());
  }

  /**
   * The {@code count} elements from element {@code from} as floats: some rows of a large table,
   * say.
   *
   * @throws IllegalArgumentException if the type has values that no float holds (32-bit integers,
   *     say), or the elements are not inside of the tensor
   */
  public float[] floats(long from, int count) {
    Check.that(
        type.readableAsFloats(),
        "tensor '%s' is %s: only types that a float holds exactly are read as floats",
        name,
        type);
    inside(from, count);
    return values.floats(from, count);
  }

  /**
   * All elements as longs.
   *
   * @throws IllegalArgumentException if the type is not an integer that a long holds
   */
  public long[] longs() {
    Check.that(
        type.readableAsLongs(),
        "tensor '%s' is %s: only integers of at most 64 bits, signed, are read as longs",
        name,
        type);
    return values.longs(0, length());
  }

  /**
   * The tensor as a new matrix: [rows x cols] as it stands, [n] as 1 x n, a scalar as 1 x 1.
   *
   * @throws IllegalArgumentException if it has more than two sizes, or as {@link #floats}
   */
  public Matrix matrix() {
    return matrixRows(0, rows());
  }

  /**
   * The rows {@code from} to {@code to} (the last not included) of {@link #matrix()}, the others
   * not converted.
   *
   * @throws IllegalArgumentException if the rows are not inside, or as {@link #matrix}
   */
  public Matrix matrixRows(int from, int to) {
    int rows = rows();
    int cols = cols();
    Check.that(
        from >= 0 && from <= to && to <= rows,
        "rows %d to %d are not inside of tensor '%s', %s",
        from,
        to,
        name,
        shapeText());
    int count =
        Check.elements("rows " + from + " to " + to + " of tensor '" + name + "'", to - from, cols);
    return Matrix.wrap(floats((long) from * cols, count), to - from, cols);
  }

  /**
   * The tensor as weights that stay in the blocks of the file, which are copied.
   *
   * @throws IllegalArgumentException if its type is not one of {@link GgufType}, it has more than
   *     two sizes, or its bytes pass what one array can hold
   */
  public GgufMatrix blocks() {
    GgufBlockFormat format = type.blocks().orElse(null);
    Check.that(
        format instanceof GgufType,
        "tensor '%s' is %s: only types that can be multiplied as they stand are taken as blocks",
        name,
        type);
    int rows = rows();
    Check.that(
        bytes() <= Check.MAX_ELEMENTS,
        "tensor '%s' is %s: its %d bytes pass the %d that one Java array can hold",
        name,
        shapeText(),
        bytes(),
        Check.MAX_ELEMENTS);
    int cols = cols();
    return GgufMatrix.wrap((GgufType) format, rows, cols, values.bytes(0, (int) bytes()));
  }

  /**
   * The {@code count} bytes from byte {@code from} as they stand in the file, little-endian, blocks
   * as blocks: for copying.
   *
   * @throws IllegalArgumentException if they are not inside of the tensor, its layout is not known,
   *     or its values do not stand in a row there (some of ONNX's)
   */
  public byte[] bytes(long from, int count) {
    Check.that(
        from >= 0 && count >= 0 && from <= bytes() - count,
        "bytes %d to %d are not inside of tensor '%s', which has %d",
        from,
        from + count,
        name,
        bytes());
    return values.bytes(from, count);
  }

  private int rows() {
    Check.that(
        shape.length <= 2, "tensor '%s' is %s: a matrix has at most two sizes", name, shapeText());
    return shape.length < 2 ? 1 : sizeAsInt(0);
  }

  private int cols() {
    if (shape.length == 0) {
      return 1;
    }
    return sizeAsInt(shape.length - 1);
  }

  private int sizeAsInt(int i) {
    Check.that(
        shape[i] <= Check.MAX_ELEMENTS,
        "tensor '%s' is %s: a matrix has at most %d rows or columns",
        name,
        shapeText(),
        Check.MAX_ELEMENTS);
    return (int) shape[i];
  }

  private int length() {
    Check.that(
        elements <= Check.MAX_ELEMENTS,
        "tensor '%s' is %s: its %d elements pass the %d that one Java array can hold",
        name,
        shapeText(),
        elements,
        Check.MAX_ELEMENTS);
    return (int) elements;
  }

  private void inside(long from, int count) {
    Check.that(
        from >= 0 && count >= 0 && from <= elements - count,
        "elements %d to %d are not inside of tensor '%s', which has %d",
        from,
        from + count,
        name,
        elements);
  }

  private String shapeText() {
    return shape.length == 0
        ? "a scalar"
        : Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(" x "));
  }

  /** Name, type and shape, as in {@code word_embeddings.weight FLOAT32 30522 x 384}. */
  @Override
  public String toString() {
    return name + " " + type + " " + shapeText();
  }
}
