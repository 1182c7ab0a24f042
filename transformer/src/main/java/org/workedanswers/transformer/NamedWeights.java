package org.workedanswers.transformer;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.BlockMatrix;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A checkpoint's tensors as a model's parts: looked up by name, their shapes checked, held as a
 * {@link Storage} says. A linear layer or a table that was made once is given again, so that models
 * of one base share it.
 */
final class NamedWeights {
  private final Map<String, Tensor> tensors;
  private final Storage storage;
  private final Map<String, Linear> linears = new ConcurrentHashMap<>();
  private final Map<String, TokenTable> tables = new ConcurrentHashMap<>();

  NamedWeights(Map<String, Tensor> tensors, Storage storage) {
    this.tensors = tensors;
    this.storage = storage;
  }

  /** All tensors there are. */
  Set<String> names() {
    return tensors.keySet();
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    Check.that(tensor != null, "the model has no tensor '%s'", name);
    return tensor;
  }

  /** A vector of that length. */
  float[] vector(String name, int length) {
    Tensor tensor = tensor(name);
    long[] shape = tensor.shape();
    Check.that(shape.length == 1 && shape[0] == length, "%s must be %d values", tensor, length);
    return tensor.floats();
  }

  /** The vector of that length, if there is one of that name. */
  Optional<float[]> optionalVector(String name, int length) {
    return has(name) ? Optional.of(vector(name, length)) : Optional.empty();
  }

  /** A matrix in float32. */
  Matrix matrix(String name, int rows, int cols) {
    return shaped(name, rows, cols).matrix();
  }

  private Tensor shaped(String name, int rows, int cols) {
    Tensor tensor = tensor(name);
    long[] shape = tensor.shape();
    Check.that(
        shape.length == 2 && shape[0] == rows && shape[1] == cols,
        "%s must be %d x %d",
        tensor,
        rows,
        cols);
    return tensor;
  }

  /** A linear layer W [out x in] with the bias of that name, if there is one. */
  Linear linear(String name, String biasName, int out, int in) {
    return linears.computeIfAbsent(name, n -> newLinear(n, biasName, out, in));
  }

  private Linear newLinear(String name, String biasName, int out, int in) {
    Tensor tensor = shaped(name, out, in);
    float[] bias = optionalVector(biasName, out).orElse(null);
    if (tensor.type().blocks().isPresent()) {
      if (storage == Storage.FAST && isBlockMatrix(tensor)) {
        return Linear.quantizedQ8(fast(tensor.blocks()), bias);
      }
      if (storage == Storage.STORED) {
        return Linear.quantized(stored(tensor), bias);
      }
    } else if (storage == Storage.STORED && tensor.type().bytes() < Float.BYTES) {
      return Linear.quantized(stored(tensor), bias);
    }
    return Linear.dense(tensor.matrix(), bias);
  }

  /**
   * A layer with W [out x in] in the place of a tensor, held as that one is: in its blocks again
   * where it is held in blocks that can be written, else in float32.
   */
  Linear inPlaceOf(String name, Matrix w, float[] bias, Kernels kernels) {
    Tensor tensor = shaped(name, w.rows(), w.cols());
    if (storage != Storage.FLOAT
        && tensor.type().blocks().orElse(null) instanceof GgufType format) {
      GgufMatrix rounded = format.quantize(kernels, Loop.sequential(), w);
      return storage == Storage.FAST
          ? Linear.quantizedQ8(fast(rounded), bias)
          : Linear.quantized(rounded, bias);
    }
    return Linear.dense(w, bias);
  }

  private static boolean isBlockMatrix(Tensor tensor) {
    return tensor.type().blocks().orElseThrow() instanceof GgufType;
  }

  private static BlockMatrix fast(GgufMatrix w) {
    return w.type() == GgufType.Q8_0 || w.type() == GgufType.Q4_0 ? w.repacked() : w;
  }

  private static QuantizedMatrix stored(Tensor tensor) {
    return tensor.type().blocks().isPresent() && isBlockMatrix(tensor)
        ? tensor.blocks()
        : TensorMatrix.of(tensor);
  }

  /** The table of vectors, one a token, whose rows are those of the linear layer of that name. */
  TokenTable tiedTable(String name, String biasName, int tokens, int width) {
    return tables.computeIfAbsent(name, n -> TokenTable.of(linear(n, biasName, tokens, width)));
  }

  /** A table of vectors, one a token. */
  TokenTable table(String name, int tokens, int width) {
    return tables.computeIfAbsent(name, n -> newTable(n, tokens, width));
  }

  private TokenTable newTable(String name, int tokens, int width) {
    Tensor tensor = shaped(name, tokens, width);
    return storage == Storage.FLOAT || tensor.type().bytes() == Float.BYTES
        ? TokenTable.of(tensor.matrix())
        : TokenTable.of(stored(tensor));
  }

  /** Matrix i of a tensor [count x rows x cols], in float32. */
  Matrix slice(String name, int i, int count, int rows, int cols) {
    Tensor tensor = tensor(name);
    long[] shape = tensor.shape();
    Check.that(
        shape.length == 3 && shape[0] == count && shape[1] == rows && shape[2] == cols,
        "%s must be %d x %d x %d",
        tensor,
        count,
        rows,
        cols);
    int size = Check.elements(name, rows, cols);
    return Matrix.wrap(tensor.floats((long) i * size, size), rows, cols);
  }
}
