package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.transformer.LinearTest.refused;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;
import org.workedanswers.quantization.CalibrationStatistics;

/** What layers see of a calibration text, held against a pass through the finished model. */
class CalibrationTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final List<int[]> SEQUENCES =
      List.of(new int[] {1, 403, 407, 261, 378}, new int[0], new int[] {1, 432, 412, 5, 9, 261, 7});

  private final GgufModel file =
      GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf")); // 5 layers, d = 64
  private final LlamaConfig config = Llama.config(file);

  /** So coarse that each layer's inputs are others than those of the model that was read. */
  private static Linear coarse(NamedLinear layer) {
    Matrix w = layer.weights().get();
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] = Math.round(w.data()[i] * 8) / 8f;
    }
    return Linear.dense(w, layer.bias());
  }

  private static List<Linear> coarse(List<NamedLinear> readers) {
    return readers.stream().map(CalibrationTest::coarse).toList();
  }

  private Decoder waiting(Calibration calibration) {
    return Llama.decoder(config, file.tensors(), Storage.FLOAT, calibration);
  }

  private static void run(Calibration calibration, Decoder decoder, List<int[]> sequences) {
    calibration.run(COMPUTE, decoder.embeddings(), decoder.stack(), sequences);
  }

  private static boolean isHead(NamedLinear layer) {
    return layer.name().equals("token_embd");
  }

  /** Layers that read one x are asked for together, and x is that of the layers made before. */
  @Test
  void aLayerSeesWhatTheQuantisedLayersBeforeItGive() {
    Map<String, CalibrationStatistics> seen = new LinkedHashMap<>();
    Calibration calibration =
        new Calibration(
            (readers, x) -> {
              seen.put(readers.stream().map(NamedLinear::name).toList().toString(), x);
              return coarse(readers);
            });
    Decoder decoder = waiting(calibration);
    run(calibration, decoder, SEQUENCES);
    Decoder finished =
        Llama.decoder(
            config, file.tensors(), Storage.FLOAT, l -> isHead(l) ? l.stored().get() : coarse(l));
    List<String> groups = new ArrayList<>();
    for (int l = 0; l < 5; l++) {
      String part = "blk." + l + ".";
      String qkv = List.of(part + "attn_q", part + "attn_k", part + "attn_v").toString();
      String up = List.of(part + "ffn_gate", part + "ffn_up").toString();
      groups.addAll(List.of(qkv, "[" + part + "attn_output]", up, "[" + part + "ffn_down]"));
      double[][] attention = new double[64][64];
      double[][] feedForward = new double[64][64];
      for (int[] tokens : SEQUENCES) {
        LayerTrace trace = finished.explain(COMPUTE, tokens).layers().get(l);
        add(attention, trace.input(), gain(part + "attn_norm"));
        add(feedForward, trace.afterAttention(), gain(part + "ffn_norm"));
      }
      assertHessian(attention, seen.get(qkv), qkv);
      assertHessian(feedForward, seen.get(up), up);
      assertEquals(172, seen.get("[" + part + "ffn_down]").inputs());
    }
    assertEquals(groups, List.copyOf(seen.keySet()), "layer by layer, in the order of the way");
    for (int[] tokens : SEQUENCES) {
      assertArrayEquals(logits(finished, tokens), logits(decoder, tokens));
    }
  }

  private float[] gain(String norm) {
    return file.tensor(norm + ".weight").floats();
  }

  /** Adds 2 yᵀ y, y = x / √(mean x² + ε) · gain, in double precision. */
  private void add(double[][] h, Matrix x, float[] gain) {
    for (float[] row : x.toArray()) {
      double square = 0;
      for (float v : row) {
        square += (double) v * v / row.length;
      }
      double scale = 1 / Math.sqrt(square + config.epsilon());
      for (int i = 0; i < row.length; i++) {
        for (int j = 0; j < row.length; j++) {
          h[i][j] += 2 * scale * scale * row[i] * gain[i] * row[j] * gain[j];
        }
      }
    }
  }

  private static void assertHessian(double[][] h, CalibrationStatistics is, String what) {
    assertEquals(12, is.tokens(), what);
    double size = 0;
    for (int i = 0; i < h.length; i++) {
      size = Math.max(size, h[i][i]);
    }
    for (int i = 0; i < h.length; i++) {
      for (int j = 0; j < h.length; j++) {
        assertEquals(h[i][j], is.hessian(i, j), 1e-4 * size, what + " " + i + ", " + j);
      }
    }
  }

  private static float[][] logits(Decoder decoder, int[] tokens) {
    return decoder.start(COMPUTE, 9).feed(tokens).toArray();
  }

  /** Who asks for sizes before the run, for a report, gets those of the stored layers. */
  @Test
  void sizesAskedForBeforeTheRunChangeNothing() {
    Decoder stored = Llama.decoder(config, file.tensors(), Storage.STORED);
    Calibration calibration = new Calibration((readers, x) -> coarse(readers));
    Decoder decoder = Llama.decoder(config, file.tensors(), Storage.STORED, calibration);
    assertEquals(stored.parameters(false), decoder.parameters(false));
    assertEquals(stored.head().bytes(), decoder.head().bytes());
    List<Layer> layers = decoder.stack().layers();
    for (int l = 0; l < 5; l++) {
      assertEquals(stored.stack().layers().get(l).bytes(), layers.get(l).bytes());
    }
    run(calibration, decoder, SEQUENCES);
    // 12,288 weights of attention and 33,024 of the feed-forward part, in float32 now.
    assertEquals(4 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 64 * 172), layers.get(4).bytes());
    Decoder finished =
        Llama.decoder(
            config, file.tensors(), Storage.STORED, l -> isHead(l) ? l.stored().get() : coarse(l));
    assertArrayEquals(logits(finished, SEQUENCES.get(2)), logits(decoder, SEQUENCES.get(2)));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Calibration ran = new Calibration((readers, x) -> coarse(readers));
    Decoder decoder = waiting(ran);
    refused("there are no calibration tokens", () -> run(ran, decoder, List.of(new int[0])));
    refused("there are no calibration tokens", () -> run(ran, decoder, List.of()));
    refused("512", () -> run(ran, decoder, List.of(new int[] {512})));
    run(ran, decoder, SEQUENCES);
    refused("has run", () -> run(ran, decoder, SEQUENCES));
    Linear fits = Linear.dense(Matrix.zeros(64, 64), null);
    Linear kv = Linear.dense(Matrix.zeros(32, 64), null);
    Linear narrow = Linear.dense(Matrix.zeros(32, 63), null);
    List<List<Linear>> wrong =
        List.of(
            List.of(),
            List.of(fits, kv),
            List.of(fits, kv, kv, kv),
            List.of(kv, kv, kv),
            List.of(fits, kv, narrow));
    for (List<Linear> made : wrong) {
      Calibration c = new Calibration((readers, x) -> made);
      Decoder d = waiting(c);
      refused("'blk.0.attn_", () -> run(c, d, SEQUENCES)); // the first that was asked for
    }
  }
}
