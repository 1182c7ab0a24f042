package org.workedanswers.transformer;

import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.QuantizedMatrix;

/** A vector for each token of the vocabulary, in any format: row i is token i's. */
public interface TokenTable {
  /** How many tokens there are. */
  int size();

  /** d, the width of a vector. */
  int width();

  /** Writes token i's vector to {@code into[at...]}; i is not checked. */
  void row(int i, float[] into, int at);

  /** Bytes of the table; 0 where its rows are a layer's, which counts them. */
  long bytes();

  /** A table in float32 [tokens x d], kept. */
  static TokenTable of(Matrix table) {
    return new TokenTable() {
      @Override
      public int size() {
        return table.rows();
      }

      @Override
      public int width() {
        return table.cols();
      }

      @Override
      public void row(int i, float[] into, int at) {
        System.arraycopy(table.data(), table.index(i, 0), into, at, table.cols());
      }

      @Override
      public long bytes() {
        return (long) Float.BYTES * table.rows() * table.cols();
      }
    };
  }

  /** The rows of a layer's weight W [tokens x d], which is held once then, in the layer's form. */
  static TokenTable of(Linear layer) {
    return new TokenTable() {
      @Override
      public int size() {
        return layer.out();
      }

      @Override
      public int width() {
        return layer.in();
      }

      @Override
      public void row(int i, float[] into, int at) {
        layer.row(i, into, at);
      }

      @Override
      public long bytes() {
        return 0;
      }
    };
  }

  /** A table in few bits [tokens x d]; rows are widened when they are asked for. */
  static TokenTable of(QuantizedMatrix table) {
    return new TokenTable() {
      @Override
      public int size() {
        return table.rows();
      }

      @Override
      public int width() {
        return table.cols();
      }

      @Override
      public void row(int i, float[] into, int at) {
        table.dequantizeRow(i, into, at);
      }

      @Override
      public long bytes() {
        return table.storageBytes();
      }
    };
  }
}
