package org.workedanswers.embeddings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.search.TokenEmbedder;
import org.workedanswers.tokenizers.WordPiece;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.LayerTrace;
import org.workedanswers.transformer.Trace;

/**
 * Sentence embeddings: published values, bits that depend on nothing else, ends of what is allowed.
 */
class SentenceEncoderTest {
  private static final SentenceEncoder MINI_LM = Model.MINI_LM.sentences(Loop.sequential());

  @Test
  void publishedValuesComeOut() {
    Matrix miniLm = MINI_LM.embed(List.of("I love sentence transformers."));
    assertEquals(-0.0803190097, miniLm.get(0, 0), 1e-6);
    assertEquals(-0.0561899580, miniLm.get(0, 383), 1e-6);
    Matrix bge = Model.BGE_SMALL.sentences(Loop.sequential()).embed(List.of("I love cool flags!"));
    assertEquals(-0.030576343, bge.get(0, 0), 1e-6);
  }

  /** Lengths on both sides of where the form of attention changes, and of where texts are cut. */
  @Test
  void aTextsVectorIsTheSameBitsAloneInABatchAndOnThreads() {
    SeededRandom random = new SeededRandom(3);
    List<String> texts = new ArrayList<>(List.of("", "cat", "Größe, 東京! İ", "\ud83d"));
    for (int n : new int[] {1, 7, 7, 31, 189, 190, 255}) {
      texts.add(Sentences.of(MINI_LM.tokenizer(), random, n));
    }
    Matrix together = MINI_LM.embed(texts);
    List<Matrix> vectors = MINI_LM.vectors(texts);
    try (Threads threads = Threads.of(3)) {
      SentenceEncoder threaded = Model.MINI_LM.sentences(threads);
      Matrix onThreads = threaded.embed(texts);
      assertArrayEquals(together.toArray(), onThreads.toArray());
    }
    for (int i = 0; i < texts.size(); i++) {
      List<String> alone = List.of(texts.get(i));
      assertArrayEquals(together.row(i), MINI_LM.embed(alone).row(0), texts.get(i));
      if (i % 4 == 0) {
        assertArrayEquals(
            vectors.get(i).toArray(), MINI_LM.vectors(alone).get(0).toArray(), texts.get(i));
      }
    }
  }

  @Test
  void textsBeyondTheMostAreCutAndEmptyOnesAreTheMarksAlone() {
    SeededRandom random = new SeededRandom(4);
    SentenceEncoder short16 = Model.MINI_LM.sentences(16, Loop.sequential());
    String fits = Sentences.of(MINI_LM.tokenizer(), random, 14);
    Matrix rows = short16.embed(List.of(fits, fits + " and so on", "", " \n"));
    assertArrayEquals(rows.row(0), rows.row(1));
    assertArrayEquals(rows.row(2), rows.row(3));
    assertArrayEquals(new int[] {101, 102}, short16.tokens(""));
    assertEquals(16, short16.tokens(fits + " and so on").length);
    assertEquals(256, MINI_LM.tokens("x ".repeat(100_000)).length);
    assertEquals("2 x 384", short16.vectors(List.of("")).get(0).toString());
    assertEquals("0 x 384", short16.embed(List.of()).toString());
    for (int i = 0; i < rows.rows(); i++) {
      double squares = 0;
      for (float x : rows.row(i)) {
        squares += (double) x * x;
      }
      assertEquals(1, squares, 1e-6);
    }
  }

  @Test
  void pooledVectorsAreTheMeanOrTheFirstDividedByItsLength() {
    for (Pooling pooling : Pooling.values()) {
      SentenceEncoder encoder =
          new SentenceEncoder(
              MINI_LM.encoder(),
              MINI_LM.tokenizer(),
              new SentenceEncoder.Settings("by " + pooling, pooling, 64),
              BlockedKernels.BLOCKED,
              Loop.sequential());
      Matrix t = encoder.vectors(List.of("A cat sat.")).get(0);
      double[] p = new double[384];
      double squares = 0;
      for (int j = 0; j < 384; j++) {
        for (int i = 0; i < (pooling == Pooling.MEAN ? t.rows() : 1); i++) {
          p[j] += t.get(i, j);
        }
        squares += p[j] * p[j];
      }
      Matrix e = encoder.embed(List.of("A cat sat."));
      for (int j = 0; j < 384; j++) {
        assertEquals(p[j] / Math.sqrt(squares), e.get(0, j), 1e-6);
      }
      assertEquals("by " + pooling, encoder.name());
    }
  }

  /** Before the length is taken away, which hides what the sum was divided by. */
  @Test
  void poolingGivesTheMeanOrTheFirst() {
    Matrix t = Matrix.of(new float[][] {{9, 1, 2, 9}, {9, 4, -6, 9}, {9, 1, 1, 9}}).columns(1, 3);
    double[] mean = new double[2];
    Pooling.MEAN.pool(t, mean);
    assertArrayEquals(new double[] {2, -1}, mean);
    double[] first = new double[2];
    Pooling.FIRST.pool(t, first);
    assertArrayEquals(new double[] {1, 2}, first);
  }

  @Test
  void tokensForLateInteractionAreTheTextsOwnAndOfLengthOne() {
    TokenEmbedder embedder = MINI_LM.tokenEmbedder();
    List<String> texts = List.of("A cat sat", "", "x ".repeat(999));
    List<Matrix> tokens = embedder.tokens(texts);
    assertEquals("3 x 384", tokens.get(0).toString());
    assertEquals("0 x 384", tokens.get(1).toString());
    assertEquals("254 x 384", tokens.get(2).toString());
    Matrix t = MINI_LM.vectors(texts).get(0);
    for (int i = 0; i < 3; i++) {
      double squares = 0;
      for (float x : t.row(i + 1)) {
        squares += (double) x * x;
      }
      for (int j = 0; j < 384; j++) {
        assertEquals(t.get(i + 1, j) / Math.sqrt(squares), tokens.get(0).get(i, j), 1e-6);
      }
    }
    assertEquals("all-MiniLM-L6-v2 tokens", embedder.name());
  }

  @Test
  void tokensForChunksStandInTheTextAndAreNotCut() {
    String text = "Unaffable cafe\u0301, \ud83d\ude00! ";
    List<Span> spans = MINI_LM.chunkTokens().spans(text);
    assertEquals(
        List.of("Una", "ffa", "ble", "cafe\u0301", ",", "\ud83d\ude00", "!"),
        spans.stream().map(s -> s.of(text)).toList());
    assertEquals(7 * 300, MINI_LM.chunkTokens().spans(text.repeat(300)).size());
    assertEquals(List.of(), MINI_LM.chunkTokens().spans(" \n"));
  }

  @Test
  void theTraceEndsInTheVectors() {
    Trace trace = MINI_LM.explain("A cat sat.");
    assertEquals(6, trace.layers().size());
    for (LayerTrace layer : trace.layers()) {
      List<Matrix> heads = layer.attentionWeights().get(0);
      assertEquals(12, heads.size());
      assertEquals("6 x 6", heads.get(0).toString());
    }
    Matrix t = MINI_LM.vectors(List.of("A cat sat.")).get(0);
    for (int i = 0; i < t.rows(); i++) {
      assertArrayEquals(t.row(i), trace.output().row(i), 1e-5f);
    }
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    refused("513 tokens", () -> Model.MINI_LM.sentences(513, Loop.sequential()));
    refused("maxTokens", () -> new SentenceEncoder.Settings("x", Pooling.MEAN, 1));
    List<String> pieces = new ArrayList<>(List.of("[UNK]", "[CLS]", "[SEP]"));
    for (int i = pieces.size(); i < 30_523; i++) {
      pieces.add("piece" + i);
    }
    WordPiece large = WordPiece.of(pieces, WordPiece.Settings.UNCASED);
    refused(
        "30523 tokens",
        () ->
            new SentenceEncoder(
                MINI_LM.encoder(),
                large,
                SentenceEncoder.Settings.MINI_LM,
                BlockedKernels.BLOCKED,
                Loop.sequential()));
    List<String> withNull = new ArrayList<>();
    withNull.add(null);
    refused("null", () -> MINI_LM.embed(withNull));
    refused("512", () -> MINI_LM.encoder().encode(Compute.best(), new int[513]));
  }

  private static void refused(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
