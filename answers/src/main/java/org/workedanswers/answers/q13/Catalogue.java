package org.workedanswers.answers.q13;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.quantization.FloatFormat;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.Grouping;
import org.workedanswers.quantization.IntFormat;
import org.workedanswers.quantization.IntFormat.ScaleType;
import org.workedanswers.quantization.Nf4;

/** The formats that the answer shows. */
final class Catalogue {
  /** Weights that share a scale in the integer formats, where no setting says otherwise. */
  static final int GROUP = 128;

  /** The format of 2.0625 bits: 2 and 16/256. */
  static final Format INT2_G256 = IntFormat.absmax(2, Grouping.of(256), ScaleType.FP16);

  private Catalogue() {}

  /** An FP16 scale and a zero point for each group: what GPTQ and AWQ files hold. */
  static IntFormat zeroPoint(int bits, int group) {
    return IntFormat.zeroPoint(bits, Grouping.of(group), ScaleType.FP16);
  }

  /** All formats, from many bits to few; integers and NF4 with the named sizes. */
  static List<Format> all(int group, int nf4Block) {
    List<Format> all = new ArrayList<>(List.of(FloatFormat.values()));
    all.add(IntFormat.absmax(8, Grouping.TENSOR, ScaleType.FP32));
    all.add(IntFormat.absmax(8, Grouping.ROW, ScaleType.FP32));
    all.add(IntFormat.zeroPoint(8, Grouping.ROW, ScaleType.FP32));
    all.add(IntFormat.absmax(8, Grouping.of(group), ScaleType.FP16));
    all.addAll(List.of(GgufType.Q8_0, GgufType.Q5_1, GgufType.Q5_0, GgufType.Q4_1, GgufType.Q4_0));
    all.add(Nf4.of(nf4Block, false));
    all.add(Nf4.of(nf4Block, true));
    all.add(zeroPoint(4, group));
    all.add(IntFormat.absmax(4, Grouping.of(group), ScaleType.FP16));
    all.add(zeroPoint(2, group));
    all.add(IntFormat.absmax(2, Grouping.of(group), ScaleType.FP16));
    return all;
  }

  /**
   * The format of a short name in any case: {@code int4}, {@code nf4}, {@code q4_0}.
   *
   * @throws IllegalArgumentException if there is none; the message names them all
   */
  static Format named(String name, int group, int nf4Block) {
    Map<String, Format> names = new LinkedHashMap<>();
    for (GgufType type : GgufType.values()) {
      names.put(type.name(), type);
    }
    names.put("NF4", Nf4.of(nf4Block, true));
    for (int bits : new int[] {8, 4, 2}) {
      names.put("INT" + bits, zeroPoint(bits, group));
    }
    names.put("FP16", FloatFormat.FP16);
    names.put("BF16", FloatFormat.BF16);
    Format format = names.get(name.toUpperCase(Locale.ROOT));
    Check.that(format != null, "--format is %s: there are %s", name, names.keySet());
    return format;
  }
}
