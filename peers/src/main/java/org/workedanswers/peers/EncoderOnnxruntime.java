package org.workedanswers.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.comparisons.Ours;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.benchmarks.peers.Unavailable;
import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.Bert;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Encoder;

/**
 * all-MiniLM-L6-v2 by our encoder and by ONNX Runtime, both in fp32 on one thread: an input's ids
 * to the vectors of its tokens. Ids are random, of words; the time does not depend on which.
 */
public final class EncoderOnnxruntime implements Comparison {
  private static final String MODEL = "/all-minilm-l6-v2.onnx";

  /** Tokens of an input and the goal. */
  private static final Map<Integer, Double> GOALS = Map.of(32, 1.15, 128, 1.0, 512, 0.9);

  /** Of vectors whose numbers are about 1: each side rounds as it sums. */
  private static final double TOLERANCE = 1e-4;

  private static final int FIRST_WORD = 2000; // before it stand characters and unused rows
  private static final int WORDS = 20_000;
  private static final int CLS = 101;
  private static final int SEP = 102;

  @Override
  public void run(Report report) throws IOException, OrtException {
    byte[] file = file();
    Encoder encoder =
        Bert.encoder(
            ModelShape.MINILM_L6, Bert.EPSILON, OnnxModel.read(new ByteArrayInputStream(file)));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    environment.setTelemetry(false);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      try (OrtSession session = environment.createSession(file, options)) {
        for (int tokens : GOALS.keySet().stream().sorted().toList()) {
          int[] ids = ids(tokens);
          Compute compute =
              Compute.isLong(tokens)
                  ? Compute.tiled(Ours.kernels(), Loop.sequential())
                  : Compute.plain(Ours.kernels(), Loop.sequential());
          Same.check(
              "our encoder",
              vectors(environment, session, ids),
              encoder.encode(compute, ids),
              TOLERANCE);
          report.race(
              "encoder, " + tokens + " tokens",
              GOALS.get(tokens),
              Contender.of("ours", () -> encoder.encode(compute, ids)),
              Contender.of("ONNX Runtime", () -> vectors(environment, session, ids)));
        }
      }
    }
  }

  private static byte[] file() throws IOException {
    try (InputStream in = EncoderOnnxruntime.class.getResourceAsStream(MODEL)) {
      if (in == null) {
        throw new Unavailable(MODEL + " is not on the class path");
      }
      return in.readAllBytes();
    }
  }

  private static int[] ids(int tokens) {
    SeededRandom random = new SeededRandom(20);
    int[] ids = IntStream.range(0, tokens).map(i -> FIRST_WORD + random.below(WORDS)).toArray();
    ids[0] = CLS;
    ids[tokens - 1] = SEP;
    return ids;
  }

  /** The vectors of all tokens [n x d]; tensors are made and read as who embeds a text has to. */
  private static Matrix vectors(OrtEnvironment environment, OrtSession session, int[] ids) {
    long[][] input = {Arrays.stream(ids).asLongStream().toArray()};
    long[][] mask = new long[1][ids.length];
    Arrays.fill(mask[0], 1);
    try (OnnxTensor words = OnnxTensor.createTensor(environment, input);
        OnnxTensor attention = OnnxTensor.createTensor(environment, mask);
        OnnxTensor types = OnnxTensor.createTensor(environment, new long[1][ids.length]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", words, "attention_mask", attention, "token_type_ids", types))) {
      Matrix vectors = Matrix.zeros(ids.length, ModelShape.MINILM_L6.dModel());
      ((OnnxTensor) result.get(0)).getFloatBuffer().get(vectors.data());
      return vectors;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime fails", e);
    }
  }
}
