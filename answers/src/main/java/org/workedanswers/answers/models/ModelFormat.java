package org.workedanswers.answers.models;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.workedanswers.quantization.FloatFormat;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.Grouping;
import org.workedanswers.quantization.IntFormat;
import org.workedanswers.quantization.IntFormat.ScaleType;
import org.workedanswers.quantization.Nf4;

/**
 * What a whole model's matrices are rounded to: a format for each width of a row.
 *
 * @param name its short name
 * @param byWidth the format of rows of a width; empty where they stay as they are
 * @param tables whether the tokens' table and the head are rounded too, to nearest: so in GGUF
 *     files; GPTQ's and AWQ's authors leave them
 */
public record ModelFormat(String name, IntFunction<Optional<Format>> byWidth, boolean tables) {
  private static final int GROUP = 64;

  /** One format for all rows that are whole blocks of it. */
  public static ModelFormat same(String name, Format format) {
    int block = format instanceof GgufType ? GgufType.BLOCK : 1;
    return new ModelFormat(
        name, width -> width % block == 0 ? Optional.of(format) : Optional.empty(), true);
  }

  /** Integers with an FP16 scale and a zero point a group, of 64 weights or about as many. */
  public static ModelFormat integers(int bits) {
    return new ModelFormat(
        "int" + bits,
        width ->
            Optional.of(IntFormat.zeroPoint(bits, Grouping.of(group(width, 1)), ScaleType.FP16)),
        false);
  }

  /** NF4 with double quantisation, blocks of 64 weights or about as many. */
  public static ModelFormat nf4() {
    return new ModelFormat(
        "nf4",
        width -> width % 2 == 0 ? Optional.of(Nf4.of(group(width, 2), true)) : Optional.empty(),
        false);
  }

  /**
   * The format of that name: f16, a type of GGUF's that can be written as in {@code q4_0}, {@code
   * int2}, int3, int4, int8 or nf4.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ModelFormat named(String name) {
    if (name.equals("f16")) {
      return same(name, FloatFormat.FP16);
    }
    if (name.equals("nf4")) {
      return nf4();
    }
    if (name.matches("int[2348]")) {
      return integers(name.charAt(name.length() - 1) - '0');
    }
    for (GgufType type : GgufType.values()) {
      if (WeightFormat.lower(type).equals(name)) {
        return same(name, type);
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "there is no format '%s': there are f16, %s, int2, int3, int4, int8 and nf4",
            name,
            Arrays.stream(GgufType.values())
                .map(WeightFormat::lower)
                .collect(Collectors.joining(", "))));
  }

  /** The format of rows of a width; empty where they stay as they are. */
  public Optional<Format> of(int width) {
    return byWidth.apply(width);
  }

  /** The multiple of {@code step} that divides the width and is nearest to 64, by its ratio. */
  private static int group(int width, int step) {
    int best = step;
    for (int g = step; g <= width; g += step) {
      if (width % g == 0
          && Math.abs(Math.log((double) g / GROUP)) < Math.abs(Math.log((double) best / GROUP))) {
        best = g;
      }
    }
    return best;
  }
}
