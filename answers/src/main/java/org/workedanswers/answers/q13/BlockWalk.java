package org.workedanswers.answers.q13;

import java.util.Arrays;
import java.util.Locale;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.Fp16;
import org.workedanswers.quantization.GgufBlock;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.IntMatrix;
import org.workedanswers.quantization.Nf4;
import org.workedanswers.quantization.Nf4Matrix;
import org.workedanswers.quantization.QuantizedMatrix;

/** The first weights of a row on their way into a format and back: scale, codes, bytes, values. */
final class BlockWalk {
  /** How many weights are shown. */
  private static final int SHOWN = 8;

  private final Worksheet sheet;
  private final Matrix w;
  private final int row;

  BlockWalk(Worksheet sheet, Matrix w, int row) {
    this.sheet = sheet;
    this.w = w;
    this.row = row;
  }

  void show(QuantizedMatrix q) {
    if (q instanceof GgufMatrix gguf) {
      blocks(gguf);
    } else if (q instanceof IntMatrix integers) {
      integers(integers);
    } else if (q instanceof Nf4Matrix nf4) {
      normalFloat(nf4);
    } else {
      halves(q);
    }
  }

  private void blocks(GgufMatrix q) {
    GgufBlock b = q.explain(row, 0);
    GgufType type = b.type();
    sheet.text(
        "Weights 0 to 31 of row "
            + row
            + " of W_Q make one block of "
            + type.blockBytes()
            + " bytes. It begins "
            + hex(b.bytes(), 0, Math.min(10, b.bytes().length))
            + " ...");
    sheet.formula(scaleSteps(b));
    boolean q8 = type == GgufType.Q8_0;
    Table table =
        Table.of("", "weight", "w", q8 ? "w/d" : shifted(type), "code u", "byte", "ŵ", "ŵ - w");
    float d = unrounded(type);
    for (int k = 0; k < SHOWN; k++) {
      // Two weights to a byte: 0 and 16, 1 and 17 ...
      int i = q8 ? k : k / 2 + k % 2 * 16;
      double place = (w.get(row, i) - (type.hasMinimum() ? minimum() : 0)) / d + shift(type);
      table.row(
          i,
          Numbers.fixed(w.get(row, i), 5),
          Numbers.fixed(place, 2),
          b.codes()[i],
          byteOf(b, i),
          Numbers.fixed(b.values()[i], 5),
          Numbers.fixed(b.values()[i] - w.get(row, i), 5));
    }
    sheet.table(table);
  }

  private String[] scaleSteps(GgufBlock b) {
    GgufType type = b.type();
    String first =
        switch (type) {
          case Q8_0 -> "largest |w| = " + Numbers.fixed(Math.abs(largest()), 5) + ", d = |w| / 127";
          case Q4_0 -> "w* = " + Numbers.fixed(largest(), 5) + ", the largest by size; d = w* / -8";
          case Q5_0 ->
              "w* = " + Numbers.fixed(largest(), 5) + ", the largest by size; d = w* / -16";
          case Q4_1, Q5_1 ->
              "min = "
                  + Numbers.fixed(minimum(), 5)
                  + ", max = "
                  + Numbers.fixed(maximum(), 5)
                  + "; d = (max - min) / "
                  + (type == GgufType.Q4_1 ? 15 : 31)
                  + ", m = min";
        };
    String d = fp16Step("d", unrounded(type), b.bytes(), 0);
    String back =
        switch (type) {
          case Q8_0 -> "ŵ = d · u";
          case Q4_0 -> "ŵ = d · (u - 8)";
          case Q5_0 -> "ŵ = d · (u - 16)";
          case Q4_1, Q5_1 -> "ŵ = d · u + m";
        };
    return type.hasMinimum()
        ? new String[] {first, d, fp16Step("m", minimum(), b.bytes(), 2), back}
        : new String[] {first, d, back};
  }

  private static String fp16Step(String name, float exact, byte[] bytes, int at) {
    short code = (short) (bytes[at] & 255 | bytes[at + 1] << 8);
    return String.format(
        Locale.ROOT,
        "%s = %.7f, as FP16 0x%04x = %.7f: bytes %s, the low one first",
        name,
        exact,
        code & 0xffff,
        Fp16.toFloat(code),
        hex(bytes, at, 2));
  }

  private static String shifted(GgufType type) {
    return type.hasMinimum() ? "(w-m)/d + ½" : type == GgufType.Q4_0 ? "w/d + 8½" : "w/d + 16½";
  }

  private static double shift(GgufType type) {
    return switch (type) {
      case Q8_0 -> 0;
      case Q4_0 -> 8.5;
      case Q5_0 -> 16.5;
      case Q4_1, Q5_1 -> 0.5;
    };
  }

  private static String byteOf(GgufBlock b, int i) {
    int codes = b.bytes().length - (b.type() == GgufType.Q8_0 ? 32 : 16);
    int at = codes + (b.type() == GgufType.Q8_0 ? i : i % 16);
    String half = b.type() == GgufType.Q8_0 ? "" : i < 16 ? " low half" : " high half";
    String fifth = b.type().payloadBits() == 5 ? ", fifth bit " + (b.codes()[i] >> 4) : "";
    return "byte " + at + " = 0x" + hex(b.bytes(), at, 1) + half + fifth;
  }

  /** d in float32, by which ggml chooses codes. */
  private float unrounded(GgufType type) {
    return switch (type) {
      case Q8_0 -> Math.abs(largest()) / 127;
      case Q4_0 -> largest() / -8;
      case Q5_0 -> largest() / -16;
      case Q4_1 -> (maximum() - minimum()) / 15;
      case Q5_1 -> (maximum() - minimum()) / 31;
    };
  }

  private float largest() {
    float largest = 0;
    for (int j = 0; j < GgufType.BLOCK; j++) {
      largest = Math.abs(w.get(row, j)) > Math.abs(largest) ? w.get(row, j) : largest;
    }
    return largest;
  }

  private float minimum() {
    float min = w.get(row, 0);
    for (int j = 1; j < GgufType.BLOCK; j++) {
      min = Math.min(min, w.get(row, j));
    }
    return min;
  }

  private float maximum() {
    float max = w.get(row, 0);
    for (int j = 1; j < GgufType.BLOCK; j++) {
      max = Math.max(max, w.get(row, j));
    }
    return max;
  }

  private void integers(IntMatrix q) {
    int group = q.group(row, 0);
    float s = q.scale(group);
    int z = q.zero(group);
    sheet.text(
        "The first weights of row "
            + row
            + " of W_Q, in "
            + q.format()
            + ": their group has the scale s = "
            + Numbers.fixed(s, 7)
            + " and the zero point z = "
            + z
            + ".");
    Table table = Table.of("", "weight", "w", "w/s + z", "code u", "ŵ = s · (u - z)", "ŵ - w");
    float[] back = dequantized(q);
    for (int j = 0; j < SHOWN; j++) {
      table.row(
          j,
          Numbers.fixed(w.get(row, j), 5),
          Numbers.fixed(w.get(row, j) / s + z, 2),
          q.code(row, j),
          Numbers.fixed(back[j], 5),
          Numbers.fixed(back[j] - w.get(row, j), 5));
    }
    sheet.table(table);
  }

  private void normalFloat(Nf4Matrix q) {
    float c = q.scale(row, 0);
    sheet.text(
        "The first weights of row "
            + row
            + " of W_Q, in "
            + q.format()
            + ": their block has the scale c = "
            + Numbers.fixed(c, 6)
            + ", which itself came back from eight bits.");
    Table table = Table.of("", "weight", "w", "w/c", "code", "level", "ŵ = c · level", "ŵ - w");
    float[] back = dequantized(q);
    for (int j = 0; j < SHOWN; j++) {
      table.row(
          j,
          Numbers.fixed(w.get(row, j), 5),
          Numbers.fixed(w.get(row, j) / c, 3),
          q.code(row, j),
          Numbers.fixed(Nf4.level(q.code(row, j)), 3),
          Numbers.fixed(back[j], 5),
          Numbers.fixed(back[j] - w.get(row, j), 5));
    }
    sheet.table(table);
  }

  private void halves(QuantizedMatrix q) {
    sheet.text("The first weights of row " + row + " of W_Q, in " + q.format() + ": no scales.");
    Table table = Table.of("", "weight", "w", "ŵ", "ŵ - w");
    float[] back = dequantized(q);
    for (int j = 0; j < SHOWN; j++) {
      table.row(
          j,
          Numbers.fixed(w.get(row, j), 8),
          Numbers.fixed(back[j], 8),
          Numbers.fixed(back[j] - w.get(row, j), 8));
    }
    sheet.table(table);
  }

  private float[] dequantized(QuantizedMatrix q) {
    float[] back = new float[q.cols()];
    q.dequantizeRow(row, back, 0);
    return back;
  }

  private static String hex(byte[] bytes, int from, int count) {
    StringBuilder s = new StringBuilder();
    for (byte b : Arrays.copyOfRange(bytes, from, from + count)) {
      s.append(s.length() == 0 ? "" : " ").append(String.format("%02x", b));
    }
    return s.toString();
  }
}
