package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.CalibrationStatistics;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.quantization.ScaledMatrix;
import org.workedanswers.transformer.Calibration;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.Llama;
import org.workedanswers.transformer.NamedLinear;
import org.workedanswers.transformer.Storage;

/**
 * What a calibration text makes of a decoder's matrices in a GGUF file's blocks.
 *
 * <p>The tokens' table and the head are rounded to nearest, before the text passes. GPTQ chooses
 * the codes of all between but experts, whose inputs are not gathered: they are rounded to nearest.
 * Blocks and scales are what they always are. AWQ's scales of inputs have no place in such a file
 * of their own: those of Q, K and V, and of gate and up, are divided out of the gain of the norm
 * before them. The attention's output and the feed-forward part's have no norm before them and are
 * rounded to nearest.
 */
public final class CalibratedWeights {
  private static final String WEIGHT = ".weight";

  private final Requantization work;
  private final DecoderFile file;
  private final GgufType type;
  private final RoundingMethod method;
  private final Workbench bench;
  private final Map<String, QuantizedMatrix> matrices = new LinkedHashMap<>();
  private final Map<String, float[]> norms = new LinkedHashMap<>();
  private final List<String> nearest = new ArrayList<>();

  private CalibratedWeights(
      Requantization work,
      DecoderFile file,
      GgufType type,
      RoundingMethod method,
      Workbench bench) {
    this.work = work;
    this.file = file;
    this.type = type;
    this.method = method;
    this.bench = bench;
  }

  /**
   * Rounds a file's matrices for the inputs that a text brings them, and gives them to what writes
   * the file.
   *
   * @return the tensors that the method could not take, which are rounded to nearest
   * @throws IllegalArgumentException if the format has no blocks, a sequence is too long, or the
   *     weights or inputs can't be used
   */
  public static List<String> give(
      Requantization work,
      DecoderFile file,
      WeightFormat format,
      RoundingMethod method,
      List<int[]> sequences,
      Workbench bench) {
    Check.that(
        format.blocks().isPresent(),
        "--method %s is for formats with blocks: in %s every weight is rounded for itself",
        method,
        format);
    CalibratedWeights weights =
        new CalibratedWeights(work, file, format.blocks().get(), method, bench);
    ModelMemory.of(file, Storage.FLOAT, 1).check(Storage.FLOAT, Runtime.getRuntime().maxMemory());
    Calibration calibration = new Calibration(weights::step);
    RoundedTables tables =
        new RoundedTables(
            calibration,
            name -> work.rounds(name + WEIGHT) ? format.blocks().map(f -> f) : Optional.empty(),
            bench.loop());
    Decoder decoder = Llama.decoder(file.config(), file.tensors(), Storage.STORED, tables);
    calibration.run(
        Compute.plain(bench.kernels(), bench.loop()),
        decoder.embeddings(),
        decoder.stack(),
        sequences);
    tables.rounded().forEach((name, q) -> weights.matrices.put(name + WEIGHT, q));
    for (String name : file.tensors().keySet()) {
      if (work.rounds(name) && !weights.matrices.containsKey(name)) {
        weights.nearest.add(name); // experts
      }
    }
    work.give(weights.matrices, weights.norms);
    return weights.nearest;
  }

  private List<Linear> step(List<NamedLinear> readers, CalibrationStatistics x) {
    List<NamedLinear> rounded =
        readers.stream().filter(r -> work.rounds(r.name() + WEIGHT)).toList();
    String norm = readers.get(0).input() + WEIGHT;
    boolean foldable =
        rounded.size() == readers.size()
            && readers.get(0).input().endsWith("_norm")
            && file.tensors().containsKey(norm);
    RoundingMethod used =
        method == RoundingMethod.AWQ && !foldable ? RoundingMethod.NEAREST : method;
    if (used != method) {
      rounded.forEach(r -> nearest.add(r.name() + WEIGHT));
    }
    List<Matrix> w = rounded.stream().map(r -> r.weights().get()).toList();
    List<QuantizedMatrix> found =
        rounded.isEmpty() ? List.of() : used.round(bench.loop(), w, x, type);
    for (int i = 0; i < found.size(); i++) {
      matrices.put(rounded.get(i).name() + WEIGHT, found.get(i));
    }
    if (used == RoundingMethod.AWQ && found.get(0) instanceof ScaledMatrix scaled) {
      norms.put(norm, scaled.fold(file.tensors().get(norm).floats()));
    }
    List<Linear> layers = new ArrayList<>();
    for (NamedLinear reader : readers) {
      QuantizedMatrix q = matrices.get(reader.name() + WEIGHT);
      layers.add(q == null ? reader.stored().get() : Linear.quantized(q, reader.bias()));
    }
    return layers;
  }
}
