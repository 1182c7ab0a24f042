package org.workedanswers.answers.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.workedanswers.answers.Workbench;
import org.workedanswers.checkpoints.ElementType;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.Bf16;
import org.workedanswers.quantization.Fp16;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;

/**
 * What weights of a GGUF file can be rounded to. The numbers are those of ggml's {@code enum
 * ggml_ftype}, which {@code general.file_type} holds.
 */
public enum WeightFormat {
  /** {@link GgufType#Q4_0}. */
  Q4_0(ElementType.Q4_0, 2),
  /** {@link GgufType#Q4_1}. */
  Q4_1(ElementType.Q4_1, 3),
  /** {@link GgufType#Q5_0}. */
  Q5_0(ElementType.Q5_0, 8),
  /** {@link GgufType#Q5_1}. */
  Q5_1(ElementType.Q5_1, 9),
  /** {@link GgufType#Q8_0}. */
  Q8_0(ElementType.Q8_0, 7),
  /** {@link Fp16}. */
  F16(ElementType.FLOAT16, 1),
  /** {@link Bf16}. */
  BF16(ElementType.BFLOAT16, 32);

  private final ElementType type;
  final int fileType;

  WeightFormat(ElementType type, int fileType) {
    this.type = type;
    this.fileType = fileType;
  }

  /**
   * The format of that name, in lower case as in {@code q4_0}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static WeightFormat named(String name) {
    return Arrays.stream(values())
        .filter(f -> f.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        "--to %s is none of %s",
                        name,
                        Arrays.stream(values())
                            .map(WeightFormat::toString)
                            .collect(Collectors.joining(", ")))));
  }

  /** What a file's tensor of this format is. */
  ElementType type() {
    return type;
  }

  /** A type's name as commands have it. */
  static String lower(GgufType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  Optional<GgufType> blocks() {
    return type.blocks().map(GgufType.class::cast);
  }

  /** How many weights of a row stand together. */
  int blockSize() {
    return blocks().map(GgufType::blockSize).orElse(1);
  }

  /** Bytes of so many weights, whole blocks of them. */
  long bytes(long elements) {
    return elements / blockSize() * blocks().map(GgufType::blockBytes).orElse(type.bytes());
  }

  /** Rows of weights rounded, as they stand in a file, and what they are then. */
  record Rounded(byte[] bytes, Matrix values) {}

  /**
   * Rounds.
   *
   * @throws IllegalArgumentException if a weight is not finite or passes what the format holds
   */
  Rounded round(Matrix w, Workbench bench) {
    Matrix values = Matrix.zeros(w.rows(), w.cols());
    if (blocks().isPresent()) {
      GgufMatrix rounded = blocks().get().quantize(bench.kernels(), bench.loop(), w);
      for (int i = 0; i < w.rows(); i++) {
        rounded.dequantizeRow(i, values.data(), values.index(i, 0));
      }
      return new Rounded(rounded.bytes(), values);
    }
    float most = this == F16 ? Fp16.MAX : Bf16.MAX;
    ByteBuffer bytes = ByteBuffer.allocate(2 * w.rows() * w.cols()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < w.rows(); i++) {
      for (int j = 0; j < w.cols(); j++) {
        float x = w.get(i, j);
        Check.that(Math.abs(x) <= most, "a weight is %s: %s holds at most %s", x, this, most);
        short code = this == F16 ? Fp16.fromFloat(x) : Bf16.fromFloat(x);
        bytes.putShort(code);
        values.set(i, j, this == F16 ? Fp16.toFloat(code) : Bf16.toFloat(code));
      }
    }
    return new Rounded(bytes.array(), values);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
