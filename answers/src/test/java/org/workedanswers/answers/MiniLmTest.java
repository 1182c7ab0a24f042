package org.workedanswers.answers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.attention.AttentionTrace;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.LayerTrace;

/** MiniLM's first layer as we compute it, held against ONNX Runtime's own intermediate values. */
class MiniLmTest {
  private static final String SENTENCE =
      "The bank raised its interest rates, so the fisherman moved to the other bank of the river.";
  private static final String L = "/encoder/layer.0/";
  private static final String INPUT = "/embeddings/LayerNorm/Add_1_output_0";
  private static final String QUERY = L + "attention/self/query/Add_output_0";
  private static final String KEY = L + "attention/self/key/Add_output_0";
  private static final String VALUE = L + "attention/self/value/Add_output_0";
  private static final String WEIGHTS = L + "attention/self/Softmax_output_0";
  private static final String ATTENDED = L + "attention/self/Reshape_3_output_0";
  private static final String HIDDEN_INPUT = L + "attention/output/LayerNorm/Add_1_output_0";

  private static OrtSession session;

  /**
   * Protobuf merges what is appended: a ModelProto with nothing but graph outputs makes values of
   * the middle come out.
   */
  @BeforeAll
  static void openWithMoreOutputs() throws IOException, OrtException {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    try (InputStream in = MiniLmTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      in.transferTo(model);
    }
    for (String output : List.of(INPUT, QUERY, KEY, VALUE, WEIGHTS, ATTENDED, HIDDEN_INPUT)) {
      byte[] name = output.getBytes(StandardCharsets.UTF_8);
      int length = name.length; // below 124, so every length is one byte
      model.writeBytes(new byte[] {7 << 3 | 2, (byte) (length + 4)}); // ModelProto.graph
      model.writeBytes(new byte[] {12 << 3 | 2, (byte) (length + 2)}); // GraphProto.output
      model.writeBytes(new byte[] {1 << 3 | 2, (byte) length}); // ValueInfoProto.name
      model.writeBytes(name);
    }
    session = OrtEnvironment.getEnvironment().createSession(model.toByteArray());
  }

  @AfterAll
  static void close() throws OrtException {
    session.close();
  }

  private static Map<String, Matrix> oracle(int[] ids) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[][] tokens = {Arrays.stream(ids).asLongStream().toArray()};
    long[][] ones = {new long[ids.length]};
    Arrays.fill(ones[0], 1);
    Map<String, Matrix> values = new HashMap<>();
    try (OnnxTensor t = OnnxTensor.createTensor(environment, tokens);
        OnnxTensor mask = OnnxTensor.createTensor(environment, ones);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, new long[][] {new long[ids.length]});
        OrtSession.Result result =
            session.run(Map.of("input_ids", t, "attention_mask", mask, "token_type_ids", types))) {
      for (String name : List.of(INPUT, QUERY, KEY, VALUE, ATTENDED, HIDDEN_INPUT)) {
        values.put(name, Matrix.of(((float[][][]) result.get(name).orElseThrow().getValue())[0]));
      }
      float[][][] weights = ((float[][][][]) result.get(WEIGHTS).orElseThrow().getValue())[0];
      for (int head = 0; head < weights.length; head++) {
        values.put(WEIGHTS + head, Matrix.of(weights[head]));
      }
    }
    return values;
  }

  @Test
  void theFirstLayerIsThatOfOnnxRuntime() throws OrtException {
    for (String sentence : List.of(SENTENCE, "Bank.", "")) {
      for (var kernels : List.of(PlainKernels.PLAIN, KernelsChoice.best())) {
        MiniLm.FirstLayer ours = MiniLm.model().firstLayer(kernels, sentence);
        Map<String, Matrix> theirs = oracle(ours.tokens().ids());
        assertClose(theirs.get(INPUT), ours.input());
        assertClose(theirs.get(QUERY), ours.query());
        assertClose(theirs.get(KEY), ours.key());
        assertClose(theirs.get(VALUE), ours.value());
        List<AttentionTrace> heads =
            new MultiHead(MiniLm.HEADS)
                .explain(
                    new PlainAttention(kernels),
                    ours.query(),
                    ours.key(),
                    ours.value(),
                    Mask.full());
        for (int head = 0; head < MiniLm.HEADS; head++) {
          assertClose(theirs.get(WEIGHTS + head), heads.get(head).weights());
        }
        assertClose(theirs.get(ATTENDED), ours.attended());
        assertClose(theirs.get(HIDDEN_INPUT), ours.feedForwardInput());
      }
    }
  }

  private static void assertClose(Matrix expected, Matrix actual) {
    assertEquals(expected.toString(), actual.toString());
    for (int i = 0; i < expected.rows(); i++) {
      assertArrayEquals(expected.row(i), actual.row(i), 1e-5f);
    }
  }

  @Test
  void tokensAreNeitherCutNorFilledUp() {
    MiniLm.Tokens tokens = MiniLm.model().tokens("I love tokenization.");
    assertEquals(List.of("[CLS]", "i", "love", "token", "##ization", ".", "[SEP]"), tokens.text());
    assertArrayEquals(new int[] {101, 1045, 2293, 19204, 3989, 1012, 102}, tokens.ids());
    assertEquals(302, MiniLm.model().tokens("word ".repeat(300)).count());
    String tooLong = "word ".repeat(511);
    String message =
        assertThrows(IllegalArgumentException.class, () -> MiniLm.model().tokens(tooLong))
            .getMessage();
    assertEquals("the sentence has 513 tokens: MiniLM has positions for 512", message);
  }

  @Test
  void everyLayerHasItsShapes() {
    for (int i = 0; i < MiniLm.LAYERS; i++) {
      MiniLm.Layer layer = MiniLm.model().layer(i);
      assertSame(layer, MiniLm.model().layer(i));
      for (MiniLm.Dense d :
          List.of(layer.query(), layer.key(), layer.value(), layer.attentionOutput())) {
        assertEquals("384 x 384", d.weight().toString());
        assertEquals(384, d.bias().length);
      }
      assertEquals("384 x 1536", layer.intermediate().weight().toString());
      assertEquals(1536, layer.intermediate().bias().length);
      assertEquals("1536 x 384", layer.output().weight().toString());
      assertEquals(384, layer.output().bias().length);
      assertEquals(384, layer.outputNorm().gain().length);
    }
    assertThrows(IllegalArgumentException.class, () -> MiniLm.model().layer(6));
    assertTrue(MiniLm.model().weights().tensors().size() > 100);
  }

  /** The whole encoder passes its first layer as {@link MiniLm#firstLayer} does. */
  @Test
  void theEncoderBeginsWithTheFirstLayer() {
    MiniLm model = MiniLm.model();
    MiniLm.FirstLayer layer = model.firstLayer(KernelsChoice.best(), SENTENCE);
    LayerTrace trace =
        model.encoder().explain(Compute.best(), layer.tokens().ids()).layers().get(0);
    assertArrayEquals(layer.input().data(), trace.input().data(), 1e-5f);
    assertArrayEquals(layer.feedForwardInput().data(), trace.afterAttention().data(), 1e-5f);
    assertSame(model.encoder(), model.encoder());
  }
}
