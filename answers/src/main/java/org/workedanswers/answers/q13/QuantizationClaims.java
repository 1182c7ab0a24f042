package org.workedanswers.answers.q13;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.quantization.FloatFormat;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.Nf4;
import org.workedanswers.quantization.QuantizedMatrix;

/** The claims of question 13. Each passes its formats through a function: a test breaks them. */
final class QuantizationClaims {
  private static final double GIB = 1L << 30;

  /** Memory of consumer GPUs: 24 GiB for years, 32 GiB in the largest of them. */
  static final int[] GPU_GIB = {24, 32};

  /** The text's factors are whole numbers; one per cent off is another number. */
  private static final double TEXT_TOLERANCE = 0.01;

  /** Counts are exact; what is known in advance was rounded to two digits. */
  private static final double TWO_DIGITS = 0.0051;

  private QuantizationClaims() {}

  static List<Claim> all() {
    return List.of(
        ratios(UnaryOperator.identity()),
        LossClaim.of(EncoderLoss.QUERIES, UnaryOperator.identity()),
        fits(LLAMA, UnaryOperator.identity()));
  }

  static final ModelShape LLAMA = ModelShape.LLAMA_3_70B;

  /**
   * A line of the text's table, in a real format.
   *
   * @param format the format
   * @param text how many times smaller the text says it is
   * @param stored how many times smaller it is known to be, scales counted
   * @param step how far apart its levels are, or null where they are not evenly spaced
   */
  private record Line(Format format, double text, double stored, Step step) {}

  private static final List<Line> LINES =
      List.of(
          new Line(FloatFormat.FP32, 1, 1, null),
          new Line(FloatFormat.FP16, 2, 2, null),
          new Line(FloatFormat.BF16, 2, 2, null),
          new Line(GgufType.Q8_0, 4, 32 / 8.5, Step.absmax(32, 127)),
          new Line(GgufType.Q4_0, 8, 32 / 4.5, Step.absmax(32, 8)),
          new Line(Catalogue.zeroPoint(4, 128), 8, 32 / 4.15625, Step.range(128, 15)),
          new Line(Catalogue.zeroPoint(2, 128), 16, 32 / 2.140625, Step.range(128, 3)));

  static Claim ratios(UnaryOperator<Format> formats) {
    Map<String, Double> low = new LinkedHashMap<>();
    Map<String, Double> high = new LinkedHashMap<>();
    Map<String, Double> text = new LinkedHashMap<>();
    for (Line line : LINES) {
      low.put(codes(line), line.text());
      high.put(codes(line), line.text());
    }
    for (Line line : LINES) {
      if (line.step() != null) {
        // Rounding to even steps leaves an error uniform in ±½ of one: 1/√12 = 0.289. The largest
        // weight of a group has none, and beside a very large one the others round to 0 for less.
        low.put(rmse(line), 0.25);
        high.put(rmse(line), 0.31);
      }
    }
    Set<String> met = new LinkedHashSet<>(low.keySet());
    for (Line line : LINES) {
      low.put(stored(line), line.stored() - TWO_DIGITS);
      high.put(stored(line), line.stored() + TWO_DIGITS);
      text.put(stored(line), line.text());
    }
    Value says = Value.named(text);
    return new Claim(
        "q13.ratios",
        "FP16 and BF16 are 2 times smaller than FP32, INT8 4, INT4 8, INT2 16 times:"
            + " true if scales are not counted.",
        "bytes of MiniLM's W_Q and W₂ in FP32 over bytes in the format: codes alone, then all that"
            + " is stored. That the bytes hold the weights is seen from the root mean square error"
            + " in steps of the code: at most 1/√12 = 0.289 for rounding to the nearest",
        "1",
        "1, 2, 4, 8 and 16 times",
        Rule.conditional(
            Value.named(low),
            Value.named(high),
            met,
            says.map(x -> x * (1 - TEXT_TOLERANCE)),
            says.map(x -> x * (1 + TEXT_TOLERANCE))),
        bench -> {
          Map<String, Double> codes = new LinkedHashMap<>();
          Map<String, Double> errors = new LinkedHashMap<>();
          Map<String, Double> stored = new LinkedHashMap<>();
          List<String> notes = new ArrayList<>();
          for (Line line : LINES) {
            Size size = Size.of(bench.loop(), formats.apply(line.format()), line.step());
            codes.put(codes(line), (double) size.full() / size.payload());
            stored.put(stored(line), (double) size.full() / size.stored());
            if (line.step() != null) {
              errors.put(rmse(line), size.error());
              notes.add(
                  line.format().name()
                      + ": "
                      + Numbers.count(size.payload())
                      + " bytes of codes, "
                      + Numbers.count(size.stored())
                      + " stored, "
                      + Numbers.fixed(32.0 * size.stored() / size.full(), 3)
                      + " bits a weight");
            }
          }
          codes.putAll(errors);
          codes.putAll(stored);
          return Measured.of(Value.named(codes), notes.toArray(String[]::new));
        });
  }

  private static String codes(Line line) {
    return line.format().name() + ", codes alone";
  }

  private static String rmse(Line line) {
    return line.format().name() + ", error in steps";
  }

  private static String stored(Line line) {
    return line.format().name() + ", stored";
  }

  /**
   * MiniLM's two matrices in a format.
   *
   * @param full bytes in FP32
   * @param payload bytes of codes
   * @param stored bytes of all
   * @param error root mean square error in steps; 0 if there are none
   */
  private record Size(long full, long payload, long stored, double error) {
    static Size of(Loop loop, Format format, Step step) {
      long full = 0;
      long payload = 0;
      long stored = 0;
      double noise = 0;
      double steps = 0;
      for (Matrix w : RealMatrix.weightsAlone()) {
        QuantizedMatrix q = format.quantize(loop, w);
        full += (long) w.rows() * w.cols() * Float.BYTES;
        payload += q.payloadBytes();
        stored += q.storageBytes();
        float[] row = new float[w.cols()];
        for (int i = 0; step != null && i < w.rows(); i++) {
          q.dequantizeRow(i, row, 0);
          for (int j = 0; j < w.cols(); j++) {
            noise += Math.pow(row[j] - (double) w.get(i, j), 2);
          }
          steps += step.squares(w.row(i));
        }
      }
      return new Size(full, payload, stored, steps == 0 ? 0 : Math.sqrt(noise / steps));
    }
  }

  /**
   * The distance of neighbouring levels, from the weights themselves.
   *
   * @param group weights that share a scale
   * @param steps steps from end to end
   * @param range whether the ends are the smallest and the largest weight, or 0 and the largest
   *     magnitude
   */
  private record Step(int group, int steps, boolean range) {
    static Step absmax(int group, int steps) {
      return new Step(group, steps, false);
    }

    static Step range(int group, int steps) {
      return new Step(group, steps, true);
    }

    /** The sum of step² over the weights of a row. */
    double squares(float[] row) {
      double sum = 0;
      for (int from = 0; from < row.length; from += group) {
        double low = 0;
        double high = 0;
        for (int j = from; j < from + group; j++) {
          low = Math.min(low, row[j]);
          high = Math.max(high, row[j]);
        }
        double extent = range ? high - low : Math.max(high, -low);
        sum += group * Math.pow(extent / steps, 2);
      }
      return sum;
    }
  }

  /** What four bits are taken to be, and one format of two for comparison. */
  static List<Format> fitting() {
    return List.of(Nf4.qlora(), Catalogue.zeroPoint(4, 128), GgufType.Q4_0, Catalogue.INT2_G256);
  }

  private static final String CODES_ALONE = "INT4, codes alone";

  static Claim fits(ModelShape shape, UnaryOperator<Format> formats) {
    Value known =
        Value.named(
            CODES_ALONE,
            32.85,
            "NF4",
            33.90,
            "INT4 g128 fp16 zero",
            34.14,
            "Q4_0",
            36.96,
            "INT2 g256 fp16",
            16.94);
    return new Claim(
        "q13.70b",
        "A model of 70B parameters in four bits runs on one high-end consumer GPU.",
        "bytes of the weights of Llama 3 70B's shape, 70,553,706,496 parameters, against the 32 GiB"
            + " of the largest consumer GPU; nothing else is counted, no cache, no activations",
        "GiB",
        "fits: at most 32 GiB",
        Rule.contradicted(
            known.map(x -> 0),
            known.map(x -> GPU_GIB[1]),
            known.map(x -> x - TWO_DIGITS),
            known.map(x -> x + TWO_DIGITS)),
        bench -> {
          Map<String, Double> gib = new LinkedHashMap<>();
          Format codesAlone = formats.apply(GgufType.Q4_0);
          gib.put(CODES_ALONE, shape.total() * codesAlone.payloadBits() / 8.0 / GIB);
          for (Format format : fitting()) {
            gib.put(format.name(), bytes(shape, formats.apply(format)) / GIB);
          }
          return Measured.of(
              Value.named(gib),
              "32 GiB leave "
                  + Numbers.fixed(bitsThatFit(shape, 32), 2)
                  + " bits a weight, 24 GiB "
                  + Numbers.fixed(bitsThatFit(shape, 24), 2)
                  + ", and two bits fit both",
              "then comes the key-value cache: "
                  + Numbers.bytes(cacheBytes(shape, 8192))
                  + " in FP16 for 8,192 tokens");
        });
  }

  /** Bytes of all weights; a vector is a matrix of one row. */
  static long bytes(ModelShape shape, Format format) {
    long bytes = 0;
    for (ModelShape.Part p : shape.parts()) {
      bytes +=
          p.count()
              * (p.vector()
                  ? format.storageBytes(1, p.rows())
                  : format.storageBytes(p.rows(), p.cols()));
    }
    return bytes;
  }

  static double bitsThatFit(ModelShape shape, int gib) {
    return 8 * gib * GIB / shape.total();
  }

  /** Bytes of keys and values of that many tokens, two bytes each. */
  static long cacheBytes(ModelShape shape, int tokens) {
    return 2 * shape.kvCacheValuesPerToken() * tokens;
  }
}
