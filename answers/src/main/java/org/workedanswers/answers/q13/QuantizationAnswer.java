package org.workedanswers.answers.q13;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Plot;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.quantization.FloatFormat;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.Fp16;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.Grouping;
import org.workedanswers.quantization.IntFormat;
import org.workedanswers.quantization.IntFormat.ScaleType;
import org.workedanswers.quantization.IntMatrix;
import org.workedanswers.quantization.Nf4;
import org.workedanswers.quantization.Nf4Matrix;
import org.workedanswers.quantization.QuantizationError;
import org.workedanswers.quantization.QuantizedMatrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Question 13, worked: MiniLM's own matrices in every format. */
@Command(name = "13")
public final class QuantizationAnswer extends Answer {
  private static final String SENTENCE = "Fewer bits a weight, and still the same meaning?";

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "the format whose first block is worked byte by byte: Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, NF4,"
              + " INT8, INT4, INT2, FP16, BF16 (default: ${DEFAULT-VALUE})")
  private String format = "Q4_0";

  @Option(
      names = "--block",
      paramLabel = "N",
      description =
          "weights that share a scale in INT8, INT4, INT2 and NF4; even, a divisor of 384 (default:"
              + " 128, and 64 in NF4)")
  private Integer block;

  @Option(
      names = "--row",
      paramLabel = "I",
      description = "the row of W_Q that is worked, 0 to 383 (default: ${DEFAULT-VALUE})")
  private int row;

  @Option(
      names = "--sentence",
      paramLabel = "TEXT",
      description = "the sentence that activations come from (default: ${DEFAULT-VALUE})")
  private String sentence = SENTENCE;

  @Override
  public int question() {
    return 13;
  }

  @Override
  public String title() {
    return Questions.title(13);
  }

  @Override
  public String asked() {
    return "How are weights written in 16, 8, 4 or 2 bits, how much smaller do they really get, and"
        + " what do the outputs lose by it?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Check.that(
        block == null || (block >= 2 && block % 2 == 0 && MiniLm.WIDTH % block == 0),
        "--block is %s: it must be even and divide the %d weights of a row of W_Q",
        block,
        MiniLm.WIDTH);
    int group = block == null ? Catalogue.GROUP : block;
    int nf4Block = block == null ? Nf4.BLOCK : block;
    Format walked = Catalogue.named(format, group, nf4Block);
    List<RealMatrix> matrices = RealMatrix.of(bench.kernels(), sentence);
    Matrix wq = matrices.get(0).weights();
    Check.range("--row", row, 0, wq.rows() - 1);
    sheet.formula(
        "s = (largest - smallest) / (2ᵇ - 1)    a scale for each group of weights",
        "u = round(w / s) + z                   b bits a weight, z the code of 0",
        "ŵ = s · (u - z)                        what the products use in place of w");
    sheet.heading("One block, from weights to bytes and back: " + walked.name());
    new BlockWalk(sheet, wq, row).show(walked.quantize(bench.loop(), wq));
    formats(sheet, bench, matrices, Catalogue.all(group, nf4Block));
    activations(sheet, bench, matrices);
    groups(sheet, bench, matrices.get(0));
    levels(sheet, wq);
    wholeModel(sheet, bench);
    model(sheet);
    sheet.heading("In code");
    sheet.code(IntFormat.class, "encodeRow");
    sheet.code(Nf4.class, "code");
  }

  private static void formats(
      Worksheet sheet, Workbench bench, List<RealMatrix> matrices, List<Format> formats) {
    RealMatrix first = matrices.get(0);
    RealMatrix second = matrices.get(1);
    sheet.heading("Every format on two matrices of MiniLM's first layer");
    sheet.text(
        "W_Q is "
            + first.weights()
            + " and meets the layer's input X, "
            + first.activations()
            + "; W₂ is "
            + second.weights()
            + " and meets the hidden units' values, "
            + second.activations()
            + ". Sizes are of both together: bits of a code, then bits a weight with all that is"
            + " stored. rmse is of the weights; \"output\" is the root mean square error of X Ŵᵀ"
            + " beside the size of X Wᵀ.");
    Table table =
        Table.of(
            "",
            "format",
            "code",
            "bits",
            "bytes",
            "smaller",
            "W_Q rmse",
            "output",
            "W₂ rmse",
            "output");
    for (Format f : formats) {
      long weights = 0;
      long bytes = 0;
      List<Object> cells = new ArrayList<>();
      for (RealMatrix m : matrices) {
        QuantizedMatrix q = f.quantize(bench.loop(), m.weights());
        weights += (long) q.rows() * q.cols();
        bytes += q.storageBytes();
        cells.add(Numbers.fixed(QuantizationError.ofWeights(m.weights(), q).rmse(), 5));
        cells.add(
            percent(
                QuantizationError.ofOutput(
                    bench.kernels(), bench.loop(), m.weights(), q, m.activations())));
      }
      cells.addAll(
          0,
          List.of(
              f.name(),
              f.payloadBits(),
              Numbers.fixed(8.0 * bytes / weights, 3),
              Numbers.count(bytes),
              Numbers.fixed(4.0 * weights / bytes, 2) + "x"));
      table.row(cells.toArray());
    }
    sheet.table(table);
    float[] w2 = second.weights().data();
    float largest = 0;
    double squares = 0;
    for (float x : w2) {
      largest = Math.max(largest, Math.abs(x));
      squares += (double) x * x;
    }
    int zeros = 0;
    for (float x : w2) {
      zeros += Math.abs(x) < largest / 127 / 2 ? 1 : 0;
    }
    sheet.text(
        "Why one scale for all of W₂ does badly: its largest weight is "
            + Numbers.fixed(largest, 2)
            + ", "
            + Numbers.fixed(largest / Math.sqrt(squares / w2.length), 0)
            + " times the root mean square of all. A step of eight bits over that range is "
            + Numbers.fixed(largest / 127, 3)
            + ", and "
            + Numbers.fixed(100.0 * zeros / w2.length, 0)
            + " % of the weights round to 0.");
  }

  private static String percent(QuantizationError error) {
    double relative = error.relative();
    return relative == 0 ? "0 %" : Numbers.fixed(100 * relative, relative < 0.001 ? 4 : 2) + " %";
  }

  private static void activations(Worksheet sheet, Workbench bench, List<RealMatrix> matrices) {
    sheet.heading("Activations in eight bits too");
    sheet.text(
        "llama.cpp brings the activations into Q8_0 as well, so that a block's sum is one of whole"
            + " numbers. What that adds to the output's error:");
    Table table = Table.of("", "format", "matrix", "activations as they are", "in Q8_0");
    for (GgufType type : List.of(GgufType.Q8_0, GgufType.Q4_0)) {
      for (RealMatrix m : matrices) {
        GgufMatrix q = type.quantize(bench.loop(), m.weights());
        Matrix exact = bench.kernels().multiplyTransposed(m.activations(), m.weights());
        Matrix wide = Matrix.zeros(exact.rows(), exact.cols());
        Matrix narrow = Matrix.zeros(exact.rows(), exact.cols());
        q.multiplyTransposed(bench.kernels(), bench.loop(), m.activations(), wide);
        q.multiplyTransposedQ8(bench.kernels(), bench.loop(), m.activations(), narrow);
        table.row(
            type,
            m.name(),
            percent(QuantizationError.between(exact, wide)),
            percent(QuantizationError.between(exact, narrow)));
      }
    }
    sheet.table(table);
  }

  private static final int[] GROUPS = {8, 16, 32, 64, 128, 384};

  private static void groups(Worksheet sheet, Workbench bench, RealMatrix m) {
    sheet.heading("What a smaller group buys");
    sheet.text(
        "One large weight sets the scale of all that share it. Groups of 8 to 384 weights in four"
            + " bits: the scales cost bits, and the error falls.");
    Plot plot =
        new Plot("Error of W_Q's output, per cent", "bits a weight", false, "output error", false);
    List<List<Format>> curves = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int g : GROUPS) {
      curves.get(0).add(IntFormat.absmax(4, Grouping.of(g), ScaleType.FP16));
      curves.get(1).add(Catalogue.zeroPoint(4, g));
      curves.get(2).add(Nf4.of(g, true));
    }
    List<String> names = List.of("INT4, FP16 scale", "INT4, scale and zero", "NF4");
    for (int c = 0; c < curves.size(); c++) {
      double[] x = new double[GROUPS.length];
      double[] y = new double[GROUPS.length];
      for (int i = 0; i < GROUPS.length; i++) {
        QuantizedMatrix q = curves.get(c).get(i).quantize(bench.loop(), m.weights());
        x[i] = q.bitsPerWeight();
        y[i] =
            100
                * QuantizationError.ofOutput(
                        bench.kernels(), bench.loop(), m.weights(), q, m.activations())
                    .relative();
      }
      plot.curve(names.get(c), x, y);
    }
    sheet.plot(plot);
  }

  private static void levels(Worksheet sheet, Matrix w) {
    sheet.heading("Where the sixteen levels stand");
    sheet.text(
        "Weights crowd around zero. Even steps leave the outer codes nearly unused; NF4 puts its"
            + " levels where the weights of a normal distribution are. Share of W_Q's weights that"
            + " gets each code, groups of 64:");
    IntMatrix even = IntFormat.absmax(4, Grouping.of(64), ScaleType.FP32).quantize(w);
    Nf4Matrix nf4 = Nf4.of(64, false).quantize(w);
    double[] x = new double[16];
    double[] evenShare = new double[16];
    double[] nf4Share = new double[16];
    double weights = (double) w.rows() * w.cols();
    for (int i = 0; i < w.rows(); i++) {
      for (int j = 0; j < w.cols(); j++) {
        evenShare[even.code(i, j)] += 100 / weights;
        nf4Share[nf4.code(i, j)] += 100 / weights;
      }
    }
    for (int code = 0; code < 16; code++) {
      x[code] = code;
    }
    sheet.plot(
        new Plot("Share of weights by code", "code", false, "%", false)
            .curve("INT4, even steps", x, evenShare)
            .curve("NF4", x, nf4Share));
  }

  private static void wholeModel(Worksheet sheet, Workbench bench) {
    sheet.heading("A whole model, and what it is for");
    sheet.text(
        "All 36 matrices of MiniLM rounded to nearest; tables, norms and biases stay. Errors are of"
            + " the matrices' outputs on real texts. nDCG@10: WordNet's definitions, found from "
            + EncoderLoss.QUERIES
            + " usage examples with their word masked. So few queries tell a collapse from none,"
            + " not one per cent from two.");
    List<EncoderLoss> found = EncoderLoss.of(bench, EncoderLoss.QUERIES, LossClaim.FORMATS);
    Table table =
        Table.of(
            "", "format", "bits", "mean output error", "worst", "nDCG@10", "lost", "95 % interval");
    for (EncoderLoss loss : found) {
      EncoderLoss.Lost lost = loss.lost(found.get(0));
      table.row(
          loss.name(),
          Numbers.fixed(loss.bits(), 3),
          Numbers.fixed(100 * loss.meanError(), 2) + " %",
          Numbers.fixed(100 * loss.worstError(), 2) + " %",
          Numbers.fixed(loss.ndcg(), 3),
          Numbers.fixed(lost.mean(), 1) + " %",
          Numbers.fixed(lost.low(), 1) + " to " + Numbers.fixed(lost.high(), 1) + " %");
    }
    sheet.table(table);
    sheet.text(
        "GPTQ and AWQ on a decoder: ./study quantize FILE.gguf --compare --calibrate TEXT --text"
            + " TEXT.");
  }

  private static void model(Worksheet sheet) {
    ModelShape llama = QuantizationClaims.LLAMA;
    sheet.heading("70 billion weights and one consumer GPU");
    sheet.text(
        llama.name()
            + "'s shape has "
            + Numbers.count(llama.total())
            + " parameters. The weights alone, and what a cache for 8,192 tokens takes on top ("
            + Numbers.bytes(QuantizationClaims.cacheBytes(llama, 8192))
            + "):");
    Table table =
        Table.of("", "format", "bits/weight", "GB", "GiB", "24 GiB", "32 GiB", "32 GiB with cache");
    List<Format> formats = new ArrayList<>(List.of(FloatFormat.FP16, GgufType.Q8_0));
    formats.add(GgufType.Q4_0);
    formats.add(Catalogue.zeroPoint(4, 128));
    formats.add(Nf4.qlora());
    formats.add(Catalogue.zeroPoint(2, 128));
    formats.add(Catalogue.INT2_G256);
    for (Format f : formats) {
      long bytes = QuantizationClaims.bytes(llama, f);
      long withCache = bytes + QuantizationClaims.cacheBytes(llama, 8192);
      table.row(
          f.name(),
          Numbers.fixed(8.0 * bytes / llama.total(), 4),
          Numbers.fixed(bytes / 1e9, 2),
          Numbers.fixed((double) bytes / (1L << 30), 2),
          fits(bytes, QuantizationClaims.GPU_GIB[0]),
          fits(bytes, QuantizationClaims.GPU_GIB[1]),
          fits(withCache, QuantizationClaims.GPU_GIB[1]));
    }
    sheet.table(table);
  }

  private static String fits(long bytes, int gib) {
    return bytes <= (long) gib << 30 ? "fits" : "too large";
  }

  @Override
  public List<Claim> claims() {
    return QuantizationClaims.all();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 13 --format Q8_0, then Q5_1, then NF4: the same weights in other bytes",
        "./study 13 --block 32: smaller groups, more bits, less error",
        "./study 13 --sentence \"...\": the weights stay, the output's error changes a little",
        "./study bench quantization: what it does for speed",
        "./study 9 for training on top of weights in NF4");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        IntFormat.class,
        Nf4.class,
        GgufType.class,
        Fp16.class,
        QuantizedMatrix.class,
        GgufMatrix.class);
  }
}
