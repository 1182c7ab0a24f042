package org.workedanswers.embeddings;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Matrix;

/** The same weights run by ONNX Runtime. */
final class OnnxOracle implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OnnxOracle(byte[] model) throws OrtException {
    environment.setTelemetry(false);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = environment.createSession(model, options);
    }
  }

  /** The vectors of each sequence's tokens; shorter ones are filled up and masked. */
  Matrix[] vectors(List<int[]> sequences) throws OrtException {
    int n = sequences.stream().mapToInt(s -> s.length).max().orElseThrow();
    long[][] ids = new long[sequences.size()][n];
    long[][] mask = new long[ids.length][n];
    for (int i = 0; i < ids.length; i++) {
      for (int j = 0; j < sequences.get(i).length; j++) {
        ids[i][j] = sequences.get(i)[j];
      }
      Arrays.fill(mask[i], 0, sequences.get(i).length, 1);
    }
    try (OnnxTensor input = OnnxTensor.createTensor(environment, ids);
        OnnxTensor attention = OnnxTensor.createTensor(environment, mask);
        OnnxTensor types = OnnxTensor.createTensor(environment, new long[ids.length][n]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", input, "attention_mask", attention, "token_type_ids", types))) {
      FloatBuffer all = ((OnnxTensor) result.get(0)).getFloatBuffer();
      int d = all.capacity() / ids.length / n;
      Matrix[] vectors = new Matrix[ids.length];
      for (int i = 0; i < ids.length; i++) {
        vectors[i] = Matrix.zeros(sequences.get(i).length, d);
        all.get(i * n * d, vectors[i].data(), 0, vectors[i].rows() * d);
      }
      return vectors;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
