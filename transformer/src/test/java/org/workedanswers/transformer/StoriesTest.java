package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Llama2c;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.sampling.Sampler;
import org.workedanswers.transformer.sampling.TopK;

/** stories260K, held against what its authors' code and ggml's files give. */
class StoriesTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int BEGIN = 1;

  private static GgufModel file(String format) {
    return GgufModel.read(SharedData.file("gguf/stories260K-" + format + ".gguf"));
  }

  @Test
  void greedyTextIsThatOfLlama2c() throws IOException {
    GgufModel model = file("f16");
    GgufTokenizer tokenizer = GgufTokenizer.of(model);
    assertEquals(BEGIN, tokenizer.begin());
    String page = Files.readString(SharedData.file("llm/stories260K.md"), StandardCharsets.UTF_8);
    int from = page.indexOf("Once upon a time");
    String expected = page.substring(from, page.indexOf("\n```", from));
    Llama2c original = Llama2c.read(SharedData.file("llm/stories260K.bin"));
    for (Decoder decoder :
        List.of(
            Llama.decoder(model, Storage.STORED),
            Llama.decoder(Llama.config(original), original.tensors(), Storage.FLOAT))) {
      int[] written =
          Generation.write(
              decoder.start(COMPUTE, 257),
              new int[] {BEGIN},
              256,
              new Sampler(List.of(new TopK(1))),
              new SeededRandom(1),
              t -> true);
      assertEquals(256, written.length);
      assertEquals(expected, tokenizer.tokenizer().decode(written).strip());
    }
  }

  /** The head's own rows, in whatever form the kernels that came last have left it. */
  @Test
  void theTableThatIsTheHeadIsHeldOnceAndHasTheFilesValues() {
    for (String format : List.of("f16", "q8_0", "q4_0")) {
      GgufModel model = file(format);
      Tensor table = model.tensor("token_embd.weight");
      for (Storage storage : Storage.values()) {
        Decoder decoder = Llama.decoder(model, storage);
        TokenTable words = decoder.embeddings().words();
        assertEquals(0, words.bytes());
        assertEquals(512, words.size());
        for (Compute compute : Computes.all()) {
          float[] logits = decoder.start(compute, 2).next(BEGIN).data();
          assertEquals(512, logits.length);
          float[] row = new float[66];
          for (int i = 0; i < 512; i++) {
            words.row(i, row, 1);
            assertArrayEquals(
                table.floats(64L * i, 64), Arrays.copyOfRange(row, 1, 65), format + storage + i);
          }
          assertEquals(0, row[0]);
          assertEquals(0, row[65]);
        }
      }
    }
  }

  @Test
  void theTextIsForeseenAsWell() throws IOException {
    Llama2c original = Llama2c.read(SharedData.file("llm/stories260K.bin"));
    assertMean(
        1.26644,
        Llama.decoder(Llama.config(original), original.tensors(), Storage.FLOAT),
        GgufTokenizer.of(file("f16")),
        0.00001);
    assertMean(1.37204, "q4_0", Storage.STORED, 0.002);
  }

  @Test
  @Tag("long")
  void andInOtherFormats() throws IOException {
    assertMean(1.26740, "q8_0", Storage.STORED, 0.002);
    assertMean(1.26740, "q8_0", Storage.FAST, 0.01); // activations in Q8_0 too
    assertMean(1.37204, "q4_0", Storage.FAST, 0.02);
  }

  private static void assertMean(double expected, String format, Storage storage, double within)
      throws IOException {
    GgufModel model = file(format);
    assertMean(expected, Llama.decoder(model, storage), GgufTokenizer.of(model), within);
  }

  private static void assertMean(
      double expected, Decoder decoder, GgufTokenizer tokenizer, double within) throws IOException {
    LogLikelihood all = ofTheSample(decoder, tokenizer, Integer.MAX_VALUE);
    assertEquals(1804, all.tokens());
    assertEquals(expected, all.mean(), within);
    assertEquals(Math.exp(all.mean()), all.perplexity(), 1e-12);
  }

  /** Of the sample's first documents, each from the token of the beginning. */
  static LogLikelihood ofTheSample(Decoder decoder, GgufTokenizer tokenizer, int documents)
      throws IOException {
    String text =
        Files.readString(SharedData.file("llm/tinystories_sample.txt"), StandardCharsets.UTF_8);
    LogLikelihood all = LogLikelihood.NONE;
    for (String document : text.split("<\\|endoftext\\|>")) {
      if (!document.isBlank() && documents-- > 0) {
        int[] tokens = tokenizer.tokenizer().encode(document.strip());
        int n = Math.min(tokens.length, 512);
        int[] withBegin = new int[n + 1];
        withBegin[0] = BEGIN;
        System.arraycopy(tokens, 0, withBegin, 1, n);
        all = all.plus(LogLikelihood.of(decoder, COMPUTE, withBegin));
      }
    }
    return all;
  }

  @Test
  void weightsInFewBitsAreTheSameWidenedOrNot() {
    GgufModel model = file("q4_0");
    int[] tokens = {1, 403, 407, 261, 378, 432, 412, 5, 9};
    float[][] stored =
        Llama.decoder(model, Storage.STORED).start(COMPUTE, 9).feed(tokens).toArray();
    float[][] widened =
        Llama.decoder(model, Storage.FLOAT).start(COMPUTE, 9).feed(tokens).toArray();
    for (int i = 0; i < tokens.length; i++) {
      assertArrayEquals(widened[i], stored[i], 2e-4f);
    }
  }
}
