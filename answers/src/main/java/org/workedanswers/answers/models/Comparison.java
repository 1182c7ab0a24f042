package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workedanswers.answers.Workbench;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.CalibrationStatistics;
import org.workedanswers.quantization.FloatFormat;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.transformer.Calibration;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.Llama;
import org.workedanswers.transformer.LogLikelihood;
import org.workedanswers.transformer.NamedLinear;
import org.workedanswers.transformer.Storage;

/**
 * One decoder in many formats, by several methods: what each takes, and what it loses on a text
 * that calibration did not see.
 *
 * <p>An error is of a layer's output, ‖X Ŵᵀ - X Wᵀ‖ / ‖X Wᵀ‖, X being what the text brings to that
 * layer in the model as it stands in its file. Each method itself meets the inputs that the layers
 * before give once they are quantised.
 */
public final class Comparison {
  /** The sequence's longest part that is scored. */
  private static final int LONGEST = 4096;

  /**
   * A line of it.
   *
   * @param name the format's
   * @param method how codes were found
   * @param bits bits a weight, of all that the file has
   * @param bytes of all
   * @param errors of each layer's output, by name
   * @param score how well the text is foreseen
   * @param tokensPerSecond at that
   */
  public record Line(
      String name,
      String method,
      double bits,
      long bytes,
      Map<String, Double> errors,
      LogLikelihood score,
      double tokensPerSecond) {
    /** The mean of the errors. */
    public double meanError() {
      return errors.values().stream().mapToDouble(e -> e).average().orElse(0);
    }

    /** The layer with the largest error. */
    public Optional<Map.Entry<String, Double>> worst() {
      return errors.entrySet().stream().max(Map.Entry.comparingByValue());
    }
  }

  private final DecoderFile file;
  private final List<int[]> calibration;
  private final List<String> documents;
  private final Workbench bench;
  private final Compute compute;
  private final Map<String, CalibrationStatistics> heldOut = new LinkedHashMap<>();

  /**
   * Looks at what the text brings to every layer.
   *
   * @param sequences the calibration text
   * @param documents the other one
   * @throws IllegalArgumentException if the model does not fit memory, or a text has no token
   */
  public Comparison(
      DecoderFile file, List<int[]> sequences, List<String> documents, Workbench bench) {
    this.file = file;
    this.calibration = sequences;
    this.documents = documents;
    this.bench = bench;
    compute = Compute.plain(bench.kernels(), bench.loop());
    ModelMemory.of(file, Storage.FLOAT, 1).check(Storage.FLOAT, Runtime.getRuntime().maxMemory());
    Calibration listening =
        new Calibration(
            (readers, x) -> {
              heldOut.put(readers.get(0).input(), x);
              return readers.stream().map(r -> r.stored().get()).toList();
            });
    run(listening, CalibrationText.sequences(file, documents, CalibrationText.TOKENS));
  }

  private Decoder run(Calibration maker, List<int[]> sequences) {
    Decoder decoder = Llama.decoder(file.config(), file.tensors(), Storage.STORED, maker);
    maker.run(compute, decoder.embeddings(), decoder.stack(), sequences);
    return decoder;
  }

  /** The model as it stands in its file. */
  public Line asItIs() {
    Decoder decoder = Llama.decoder(file.config(), file.tensors(), Storage.STORED);
    return scored("as it is", "", Map.of(), Map.of(), decoder);
  }

  /** The model in one format by one method. */
  public Line line(ModelFormat format, RoundingMethod method) {
    Map<String, QuantizedMatrix> rounded = new LinkedHashMap<>();
    Map<String, Double> errors = new LinkedHashMap<>();
    Calibration.Step step =
        (readers, x) -> {
          Optional<Format> fits = format.of(readers.get(0).in());
          if (fits.isEmpty()) {
            return readers.stream().map(r -> r.stored().get()).toList();
          }
          List<Matrix> w = readers.stream().map(r -> r.weights().get()).toList();
          List<QuantizedMatrix> q = method.round(bench.loop(), w, x, fits.get());
          List<Linear> layers = new ArrayList<>();
          for (int i = 0; i < q.size(); i++) {
            NamedLinear reader = readers.get(i);
            rounded.put(reader.name(), q.get(i));
            errors.put(
                reader.name(),
                heldOut.get(reader.input()).relativeError(bench.loop(), w.get(i), q.get(i)));
            layers.add(Linear.quantized(q.get(i), reader.bias()));
          }
          return layers;
        };
    Calibration waiting = new Calibration(step);
    int width = file.config().shape().dModel();
    RoundedTables tables =
        new RoundedTables(
            waiting, n -> format.tables() ? format.of(width) : Optional.empty(), bench.loop());
    Decoder decoder = Llama.decoder(file.config(), file.tensors(), Storage.STORED, tables);
    waiting.run(compute, decoder.embeddings(), decoder.stack(), calibration);
    rounded.putAll(tables.rounded());
    return scored(format.name(), method.toString(), rounded, errors, decoder);
  }

  private Line scored(
      String name,
      String method,
      Map<String, QuantizedMatrix> rounded,
      Map<String, Double> errors,
      Decoder decoder) {
    long bytes = 0;
    long numbers = 0;
    for (Tensor tensor : file.tensors().values()) {
      String layer = tensor.name().replaceFirst("\\.weight$", "");
      QuantizedMatrix q = rounded.get(layer);
      bytes += q == null ? tensor.bytes() : q.storageBytes();
      numbers += tensor.elements();
    }
    long start = System.nanoTime();
    LogLikelihood score =
        TextScore.of(decoder, file, documents, compute, Math.min(file.config().context(), LONGEST));
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Line(
        name, method, 8.0 * bytes / numbers, bytes, errors, score, score.tokens() / seconds);
  }

  /** Every format and method that is compared. */
  public List<Line> all() {
    List<Line> lines = new ArrayList<>();
    lines.add(asItIs());
    lines.add(line(ModelFormat.same("f16", FloatFormat.FP16), RoundingMethod.NEAREST));
    lines.add(line(ModelFormat.same("q8_0", GgufType.Q8_0), RoundingMethod.NEAREST));
    for (GgufType type : List.of(GgufType.Q4_1, GgufType.Q4_0)) {
      ModelFormat format = ModelFormat.same(WeightFormat.lower(type), type);
      for (RoundingMethod method : RoundingMethod.values()) {
        lines.add(line(format, method));
      }
    }
    lines.add(line(ModelFormat.nf4(), RoundingMethod.NEAREST));
    for (int bits : new int[] {4, 3, 2}) {
      for (RoundingMethod method : RoundingMethod.values()) {
        lines.add(line(ModelFormat.integers(bits), method));
      }
    }
    return lines;
  }
}
