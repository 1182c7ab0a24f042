package org.workedanswers.answers.models;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.checkpoints.ElementType;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.transformer.Storage;

/**
 * What a decoder takes of this Java machine's memory.
 *
 * @param weights bytes of the weights as they are held; what stays in the mapped file is not
 *     counted
 * @param passing bytes of what is held twice while it is made ready
 * @param keysAndValues bytes of a sequence's keys and values
 */
record ModelMemory(long weights, long passing, long keysAndValues) {
  private static final double USABLE = 0.9; // the rest is for the program and its waste

  static ModelMemory of(DecoderFile file, Storage storage, int capacity) {
    ModelShape shape = file.config().shape();
    long weights = 0;
    long largest = 0;
    for (Map.Entry<String, Tensor> named :
        file.tensors().entrySet()) { // a folder's have other names
      Tensor tensor = named.getValue();
      boolean table = named.getKey().equals("token_embd.weight") && !shape.embedding().tied();
      long bytes = table ? heldAsTable(tensor, storage) : held(tensor, storage);
      weights += bytes;
      largest = Math.max(largest, bytes);
    }
    ModelShape.Attention a = shape.attention();
    long row = 2L * Float.BYTES * a.kvHeads() * a.headSize();
    return new ModelMemory(weights, largest, row * shape.layers() * capacity);
  }

  /** With adapters of so many bytes beside it. */
  ModelMemory with(long adapters) {
    return new ModelMemory(weights + adapters, passing, keysAndValues);
  }

  /**
   * With adapters merged into tensors: what can't be written in its blocks again, k-quants and 16
   * bits, is held in float32 then.
   */
  ModelMemory merged(DecoderFile file, Storage storage, Set<String> tensors) {
    long more = 0;
    long largest = passing;
    for (String name : tensors) {
      Tensor tensor = file.tensors().get(name);
      if (tensor != null) {
        long widened = Float.BYTES * tensor.elements();
        boolean blocks = tensor.type().blocks().orElse(null) instanceof GgufType;
        more += blocks && storage != Storage.FLOAT ? 0 : widened - held(tensor, storage);
        largest = Math.max(largest, widened);
      }
    }
    return new ModelMemory(weights + more, largest, keysAndValues);
  }

  /**
   * Bytes that {@link Storage} takes on the heap for a tensor; a table that is the head too is held
   * once, as the head.
   */
  private static long held(Tensor tensor, Storage storage) {
    ElementType type = tensor.type();
    boolean matrix = tensor.shape().length == 2;
    if (matrix && type.blocks().isPresent() && storage != Storage.FLOAT) {
      if (type.blocks().get() instanceof GgufType) {
        return tensor.bytes();
      }
      if (storage == Storage.STORED) {
        return 0;
      }
    }
    if (matrix && storage == Storage.STORED && type.bytes() > 0 && type.bytes() < Float.BYTES) {
      return 0;
    }
    return Float.BYTES * tensor.elements();
  }

  /** The same of a table of tokens that is no head: its rows are widened one at a time. */
  private static long heldAsTable(Tensor tensor, Storage storage) {
    boolean widened = storage == Storage.FLOAT || tensor.type().bytes() == Float.BYTES;
    boolean blocks = tensor.type().blocks().orElse(null) instanceof GgufType;
    return widened ? Float.BYTES * tensor.elements() : blocks ? tensor.bytes() : 0;
  }

  long bytes() {
    return weights + passing + keysAndValues;
  }

  /**
   * Refuses what would not fit.
   *
   * @param limit bytes that the Java machine may take
   */
  void check(Storage storage, long limit) {
    Check.that(
        bytes() <= USABLE * limit,
        "the weights take %s (%s), while they are made ready %s more, keys and values %s: this Java"
            + " machine may take %s.%s STUDY_JAVA_OPTS=-Xmx%dg in the environment gives it more",
        Numbers.bytes(weights),
        storage.toString().toLowerCase(Locale.ROOT),
        Numbers.bytes(passing),
        Numbers.bytes(keysAndValues),
        Numbers.bytes(limit),
        storage == Storage.FLOAT
            ? " --storage stored holds matrices of 16 bits and fewer as they are in the file;"
            : "",
        (long) Math.ceil(bytes() / USABLE / (1L << 30)));
  }
}
