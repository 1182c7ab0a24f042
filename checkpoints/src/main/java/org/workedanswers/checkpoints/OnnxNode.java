package org.workedanswers.checkpoints;

import java.util.List;

/**
 * A step of an ONNX graph: what it computes, from which tensors, into which.
 *
 * @param name the node's name, empty if it has none
 * @param opType the operator, as in {@code MatMul}
 * @param inputs names of the tensors it reads, in order; an empty name is an input left out
 * @param outputs names of the tensors it writes, in order
 */
public record OnnxNode(String name, String opType, List<String> inputs, List<String> outputs) {
  /** Copies the lists. */
  public OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
