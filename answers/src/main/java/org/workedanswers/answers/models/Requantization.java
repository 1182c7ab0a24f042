package org.workedanswers.answers.models;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.Workbench;
import org.workedanswers.checkpoints.ElementType;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.GgufWriter;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.quantization.ScaledMatrix;

/**
 * A GGUF file's weights in another format, in another file. Vectors (norms and biases), routers and
 * matrices whose rows are not whole blocks stay as they are; so does all that the file says of its
 * model, but for {@code general.file_type} and the alignment.
 *
 * <p>{@link GgufWriter} writes the file beside its place and moves it there when it is whole.
 */
public final class Requantization {
  private static final String FILE_TYPE = "general.file_type";
  private static final long CHUNK = 1 << 22; // weights that are widened at a time

  private static final Set<ElementType> WEIGHTS =
      EnumSet.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.BFLOAT16);

  private final GgufModel model;
  private final Path from;
  private final WeightFormat format;
  private final Map<String, String> staying = new LinkedHashMap<>(); // tensor, why
  private final List<Change> changes = new ArrayList<>();
  private final Map<String, QuantizedMatrix> given = new LinkedHashMap<>();
  private final Map<String, float[]> vectors = new LinkedHashMap<>();

  /**
   * What became of a tensor.
   *
   * @param tensor as it was
   * @param bytes what it takes now
   * @param squaredError Σ (w - ŵ)²
   * @param squares Σ w², of a tensor that was rounded; else 0
   */
  record Change(Tensor tensor, long bytes, double squaredError, double squares) {}

  /**
   * Plans it.
   *
   * @throws IllegalArgumentException if the file is not GGUF, or has a tensor of a layout that is
   *     not known
   */
  public Requantization(Path from, WeightFormat format) {
    this.from = from;
    this.format = format;
    model = GgufModel.read(from);
    for (Tensor tensor : model.tensors().values()) {
      Check.that(
          tensor.type() != ElementType.OTHER,
          "%s: the layout of tensor '%s' is not known: it can't be copied",
          from,
          tensor.name());
      String why = whyItStays(tensor);
      if (!why.isEmpty()) {
        staying.put(tensor.name(), why);
      }
    }
  }

  private String whyItStays(Tensor tensor) {
    long[] shape = tensor.shape();
    if (shape.length < 2) {
      return "vectors: norms and biases";
    }
    long cols = shape[shape.length - 1];
    if (tensor.type() == format.type()) {
      return "is " + format + " already";
    }
    if (tensor.name().contains("ffn_gate_inp")) {
      return "routers";
    }
    boolean weights = tensor.type().blocks().isPresent() || WEIGHTS.contains(tensor.type());
    if (!weights) {
      return "numbers of the type " + tensor.type();
    }
    if (cols % format.blockSize() != 0) {
      return String.format("rows of %d, not whole blocks of %d", cols, format.blockSize());
    }
    return cols == 0 || cols > CHUNK ? "rows of " + cols : "";
  }

  /**
   * Takes matrices that were rounded already, by what a calibration text told; others are rounded
   * to nearest.
   *
   * @param matrices by tensor, in this format's blocks; of scaled inputs where the scales are in a
   *     vector that is given too
   * @param others vectors that change with them, by tensor: norms that take in scales of inputs
   */
  void give(Map<String, QuantizedMatrix> matrices, Map<String, float[]> others) {
    given.putAll(matrices);
    vectors.putAll(others);
    others.keySet().forEach(name -> staying.put(name, "norms that took in scales of inputs"));
  }

  /** Whether a tensor is rounded: the others stay as they are. */
  boolean rounds(String tensor) {
    return model.tensors().containsKey(tensor) && !staying.containsKey(tensor);
  }

  /** What is not rounded, each tensor with the reason. */
  public Map<String, String> staying() {
    return staying;
  }

  /** What became of each tensor, once it was written. */
  List<Change> changes() {
    return changes;
  }

  /**
   * Writes it.
   *
   * @param force whether a file that is there is replaced
   * @throws IllegalArgumentException if it may not be, is the one that is read, or a weight can't
   *     be rounded
   */
  public void write(Path to, boolean force, Workbench bench) {
    checkTarget(from, to, force);
    GgufWriter writer = new GgufWriter().entries(model);
    if (model.metadata().get(FILE_TYPE) instanceof Long) {
      writer.entry(FILE_TYPE, (long) format.fileType);
    }
    Progress progress = Progress.of("tensors", model.tensors().size());
    for (Tensor tensor : model.tensors().values()) {
      add(writer, tensor, bench, progress);
    }
    try {
      writer.write(to, force);
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } finally {
      progress.end();
    }
  }

  private void add(GgufWriter writer, Tensor tensor, Workbench bench, Progress progress) {
    String name = tensor.name();
    if (vectors.containsKey(name)) {
      writer.tensor(
          name, ElementType.FLOAT32, tensor.shape(), out -> out.write(bytes(vectors.get(name))));
      changes.add(new Change(tensor, Float.BYTES * tensor.elements(), 0, 0));
    } else if (staying.containsKey(name)) {
      writer.tensor(tensor);
      changes.add(new Change(tensor, tensor.bytes(), 0, 0));
    } else {
      writer.tensor(
          name,
          format.type(),
          tensor.shape(),
          out -> {
            changes.add(given.containsKey(name) ? give(tensor, out) : round(tensor, out, bench));
            progress.at(changes.size());
          });
    }
  }

  /** A matrix that was rounded before, by what calibration told. */
  private Change give(Tensor tensor, OutputStream out) throws IOException {
    QuantizedMatrix seen = given.get(tensor.name());
    QuantizedMatrix stored = seen instanceof ScaledMatrix scaled ? scaled.inner() : seen;
    byte[] bytes = ((GgufMatrix) stored).bytes();
    out.write(bytes);
    float[] row = new float[seen.cols()];
    double error = 0;
    double squares = 0;
    for (int i = 0; i < seen.rows(); i++) {
      float[] w = tensor.floats((long) i * row.length, row.length);
      seen.dequantizeRow(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        double lost = (double) w[j] - row[j];
        error += lost * lost;
        squares += (double) w[j] * w[j];
      }
    }
    return new Change(tensor, bytes.length, error, squares);
  }

  private static byte[] bytes(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float x : vector) {
      bytes.putFloat(x);
    }
    return bytes.array();
  }

  /**
   * Checks where it is to be written, ahead of all work, as far as can be seen without writing.
   *
   * @throws IllegalArgumentException if it can't be
   */
  public static void checkTarget(Path from, Path to, boolean force) {
    Path folder = to.toAbsolutePath().getParent();
    Check.that(
        to.getFileName() != null && Files.isDirectory(folder),
        "%s: there is no folder %s",
        to,
        folder);
    Check.that(!Files.isDirectory(to), "%s is a folder", to);
    Check.that(Files.isWritable(folder), "%s: nothing may be written to its folder", to);
    Check.that(
        Files.exists(to) || !Files.isSymbolicLink(to), "%s is a link to what is not there", to);
    if (Files.exists(to)) {
      boolean same;
      try {
        same = Files.isSameFile(from, to);
      } catch (IOException e) {
        throw new IllegalArgumentException(to + " can't be read: " + e, e);
      }
      Check.that(!same, "%s is the file that is read: name another", to);
      Check.that(Files.isRegularFile(to), "%s is a device or the like, and no file", to);
      Check.that(force, "%s is there already: --force replaces it", to);
    }
  }

  private Change round(Tensor tensor, OutputStream out, Workbench bench) throws IOException {
    long[] shape = tensor.shape();
    int cols = (int) shape[shape.length - 1];
    long step = CHUNK / cols * cols;
    double error = 0;
    double squares = 0;
    for (long at = 0; at < tensor.elements(); at += step) {
      int count = (int) Math.min(step, tensor.elements() - at);
      Matrix w = Matrix.wrap(tensor.floats(at, count), count / cols, cols);
      WeightFormat.Rounded rounded;
      try {
        rounded = format.round(w, bench);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            String.format("%s: tensor '%s': %s", from, tensor.name(), e.getMessage()), e);
      }
      for (int i = 0; i < count; i++) {
        double x = w.data()[i];
        double lost = x - rounded.values().data()[i];
        error += lost * lost;
        squares += x * x;
      }
      out.write(rounded.bytes());
    }
    return new Change(tensor, format.bytes(tensor.elements()), error, squares);
  }
}
