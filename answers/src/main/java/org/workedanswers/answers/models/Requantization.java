package org.workedanswers.answers.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * A GGUF file's weights in another format, in another file. Vectors (norms and biases), routers and
 * matrices whose rows are not whole blocks stay as they are; so does all that the file says of its
 * model, but for {@code general.file_type}.
 *
 * <p>The file is written beside its place and moved there when it is whole.
 */
public final class Requantization {
  private static final long CHUNK = 1 << 22; // weights that are widened at a time

  private static final Set<ElementType> WEIGHTS =
      EnumSet.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.BFLOAT16);

  private final GgufModel model;
  private final Path from;
  private final WeightFormat format;
  private final Map<String, String> staying = new LinkedHashMap<>(); // tensor, why
  private final List<Change> changes = new ArrayList<>();

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

  /** What stays as it is, each tensor with the reason. */
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
    Path part = to.resolveSibling(to.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    part.toFile().deleteOnExit(); // where the program is told to end meanwhile
    try {
      Files.deleteIfExists(part);
      try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
          FileChannel out =
              FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        write(in, out, bench);
        out.force(true);
      }
      Files.move(part, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IllegalArgumentException(to + " can't be written: " + e, e);
    } finally {
      part.toFile().delete(); // gone already where all went well
    }
  }

  /**
   * Checks where it is to be written, ahead of all work.
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
    if (Files.exists(to)) {
      boolean same;
      try {
        same = Files.isSameFile(from, to);
      } catch (IOException e) {
        throw new IllegalArgumentException(to + " can't be read: " + e, e);
      }
      Check.that(!same, "%s is the file that is read: name another", to);
      Check.that(force, "%s is there already: --force replaces it", to);
    }
  }

  private void write(FileChannel in, FileChannel out, Workbench bench) throws IOException {
    long alignment = model.metadata().get("general.alignment") instanceof Long named ? named : 32;
    GgufHead head = GgufHead.read(in, alignment);
    byte[] entries = head.copy(0, head.entriesEnd());
    if (head.fileType() >= 0) {
      ByteBuffer.wrap(entries)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(head.fileType(), format.fileType);
    }
    write(out, entries);
    long offset = 0;
    for (GgufHead.Info info : head.infos()) {
      write(out, head.copy(info.from(), info.typeAt()));
      boolean stays = staying.containsKey(info.name());
      int code = stays ? head.bytes().getInt(info.typeAt()) : format.code;
      ByteBuffer rest = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      write(out, rest.putInt(code).putLong(offset).array());
      offset = GgufHead.aligned(offset + bytes(model.tensor(info.name())), alignment);
    }
    pad(out, alignment);
    Progress progress = Progress.of("tensors", head.infos().size());
    try {
      for (GgufHead.Info info : head.infos()) {
        Tensor tensor = model.tensor(info.name());
        if (staying.containsKey(info.name())) {
          copy(in, head.dataStart() + info.offset(), tensor.bytes(), out);
          changes.add(new Change(tensor, tensor.bytes(), 0, 0));
        } else {
          changes.add(round(tensor, out, bench));
        }
        pad(out, alignment);
        progress.at(changes.size());
      }
    } finally {
      progress.end();
    }
  }

  private long bytes(Tensor tensor) {
    return staying.containsKey(tensor.name()) ? tensor.bytes() : format.bytes(tensor.elements());
  }

  private Change round(Tensor tensor, FileChannel out, Workbench bench) throws IOException {
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
      write(out, rounded.bytes());
    }
    return new Change(tensor, format.bytes(tensor.elements()), error, squares);
  }

  private static void copy(FileChannel in, long at, long count, FileChannel out)
      throws IOException {
    for (long done = 0; done < count; ) {
      long moved = in.transferTo(at + done, count - done, out);
      if (moved <= 0) {
        throw new IOException("the file that is read has become shorter");
      }
      done += moved;
    }
  }

  private static void pad(FileChannel out, long alignment) throws IOException {
    long at = out.position();
    write(out, new byte[(int) (GgufHead.aligned(at, alignment) - at)]);
  }

  private static void write(FileChannel out, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      out.write(left);
    }
  }
}
