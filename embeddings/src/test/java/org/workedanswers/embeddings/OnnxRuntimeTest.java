package org.workedanswers.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;

/** The vectors of tokens against ONNX Runtime's, which runs the same files. */
class OnnxRuntimeTest {
  private static final double CLOSE = 1e-5;

  /**
   * Of bge's long inputs: both sides' rounding comes out up to 40 times as large in a token here
   * and there, at 2.1e-5 in the farthest of 9 of 200 that are above 1e-5.
   */
  private static final double BGE_LONG = 3e-5;

  /** The root of the mean square of an input's differences, that such a token hardly moves. */
  private static final double USUAL = 1e-6;

  @Test
  void miniLmsVectorsAreOnnxRuntimes() throws OrtException {
    agree(Model.MINI_LM, CLOSE, 1, 2, 5, 11, 40, 191);
  }

  @Test
  void bgesVectorsAreOnnxRuntimes() throws OrtException {
    agree(Model.BGE_SMALL, CLOSE, 1, 3, 17, 64);
    agree(Model.BGE_SMALL, BGE_LONG, 1, 2, 200);
  }

  private static void agree(Model model, double bound, int... lengths) throws OrtException {
    SeededRandom random = new SeededRandom(lengths.length);
    List<String> texts = new ArrayList<>();
    for (int n : lengths) {
      texts.add(Sentences.of(model.tokenizer(), random, n));
    }
    double difference = difference(model, texts);
    assertTrue(difference < bound, "off by " + difference);
  }

  /** Of short inputs both are near double precision, so neither is taken for the truth. */
  @Test
  void oursAreAsCloseToDoublePrecision() throws OrtException {
    for (Model model : Model.values()) {
      SentenceEncoder ours = model.sentences(512, Loop.sequential());
      SeededRandom random = new SeededRandom(7);
      try (OnnxOracle oracle = new OnnxOracle(model.onnx())) {
        for (int n : new int[] {1, 17}) {
          double[] off = off(model, ours, oracle, Sentences.of(model.tokenizer(), random, n));
          assertTrue(off[0] < CLOSE / 2, "ours " + off[0]);
          assertTrue(off[1] < CLOSE / 2, "theirs " + off[1]);
        }
      }
    }
  }

  /** How far our vectors and theirs are from double precision's. */
  private static double[] off(Model model, SentenceEncoder ours, OnnxOracle oracle, String text)
      throws OrtException {
    int[] tokens = ours.tokens(text);
    double[][] exact = new DoubleBert(model).vectors(tokens);
    Matrix a = ours.vectors(List.of(text)).get(0);
    Matrix b = oracle.vectors(List.of(tokens))[0];
    double[] off = new double[2];
    for (int i = 0; i < exact.length; i++) {
      for (int j = 0; j < exact[i].length; j++) {
        off[0] = Math.max(off[0], Math.abs(a.get(i, j) - exact[i][j]));
        off[1] = Math.max(off[1], Math.abs(b.get(i, j) - exact[i][j]));
      }
    }
    return off;
  }

  @Test
  @Tag("long")
  void twoHundredSentencesOfMiniLm() throws OrtException, IOException {
    twoHundred(Model.MINI_LM, CLOSE);
  }

  @Test
  @Tag("long")
  void twoHundredSentencesOfBge() throws OrtException, IOException {
    twoHundred(Model.BGE_SMALL, BGE_LONG);
  }

  /** Half of them random words, half of Shakespeare's. */
  private static void twoHundred(Model model, double bound) throws OrtException, IOException {
    SeededRandom random = new SeededRandom(200);
    String plays = Files.readString(SharedData.file("llm/tinyshakespeare.txt"));
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int n = i == 0 ? 510 : Sentences.length(random, 510);
      texts.add(Sentences.of(model.tokenizer(), random, n));
      int from = random.below(plays.length() - 3000);
      texts.add(plays.substring(from, from + 1 + 4 * Sentences.length(random, 510)));
    }
    SentenceEncoder ours = model.sentences(512, Loop.sequential());
    double largest = 0;
    double farthest = 0; // ours from double precision, where they are far apart
    int above = 0;
    try (OnnxOracle oracle = new OnnxOracle(model.onnx())) {
      List<Matrix> vectors = ours.vectors(texts);
      for (int i = 0; i < texts.size(); i++) {
        String text = texts.get(i);
        Matrix theirs = oracle.vectors(List.of(ours.tokens(text)))[0];
        double d = difference(theirs, vectors.get(i));
        largest = Math.max(largest, d);
        double usual = rootMeanSquare(theirs, vectors.get(i));
        assertTrue(usual < USUAL, model + ", text " + i + ": " + usual);
        if (d > CLOSE) {
          above++;
          double[] off = off(model, ours, oracle, text);
          System.out.printf(
              "%s, %d tokens: %.2e apart, from double precision ours %.2e, theirs %.2e%n",
              model, theirs.rows(), d, off[0], off[1]);
          farthest = Math.max(farthest, off[0]);
        }
      }
    }
    System.out.println(model + ": largest difference " + largest + ", above " + above);
    assertTrue(largest < bound, model + ": " + largest);
    assertTrue(farthest < bound, model + ": ours " + farthest);
  }

  /** The largest, of texts alone and in a batch on both sides. */
  private static double difference(Model model, List<String> texts) throws OrtException {
    SentenceEncoder ours = model.sentences(512, Loop.sequential());
    List<Matrix> together = ours.vectors(texts);
    double largest = 0;
    try (OnnxOracle oracle = new OnnxOracle(model.onnx())) {
      List<int[]> few = new ArrayList<>(); // a batch there, filled up and masked
      List<Matrix> fewOurs = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        int[] tokens = ours.tokens(texts.get(i));
        Matrix theirs = oracle.vectors(List.of(tokens))[0];
        largest = Math.max(largest, difference(theirs, together.get(i)));
        if (i % 4 == 0) {
          Matrix alone = ours.vectors(List.of(texts.get(i))).get(0);
          largest = Math.max(largest, difference(theirs, alone));
        }
        if (tokens.length < 30 && few.size() < 8) {
          few.add(tokens);
          fewOurs.add(together.get(i));
        }
      }
      Matrix[] batch = oracle.vectors(few);
      for (int i = 0; i < batch.length; i++) {
        largest = Math.max(largest, difference(batch[i], fewOurs.get(i)));
      }
    }
    return largest;
  }

  private static double difference(Matrix theirs, Matrix ours) {
    assertEquals(theirs.toString(), ours.toString());
    double largest = 0;
    for (int i = 0; i < theirs.rows(); i++) {
      for (int j = 0; j < theirs.cols(); j++) {
        double difference = Math.abs((double) theirs.get(i, j) - ours.get(i, j));
        assertTrue(difference < 1, "a number that is none");
        largest = Math.max(largest, difference);
      }
    }
    return largest;
  }

  private static double rootMeanSquare(Matrix theirs, Matrix ours) {
    double squares = 0;
    for (int i = 0; i < theirs.rows(); i++) {
      for (int j = 0; j < theirs.cols(); j++) {
        squares += Math.pow((double) theirs.get(i, j) - ours.get(i, j), 2);
      }
    }
    return Math.sqrt(squares / theirs.rows() / theirs.cols());
  }
}
