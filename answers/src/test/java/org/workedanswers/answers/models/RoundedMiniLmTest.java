package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.RoundedMiniLm.Rounding;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Encoder;

class RoundedMiniLmTest {
  /** 6 layers of four d x d and two d x 4 d. */
  private static final long WEIGHTS = 6L * 12 * 384 * 384;

  private static final List<String> SHOWN =
      List.of(
          "A cat sleeps on the warm stones of the yard.",
          "Interest on the loan is paid at the end of each quarter.",
          "Heavy rain is expected in the north tomorrow; the south stays dry.",
          "The enzyme cuts the strand where the sequence repeats.");

  private static Workbench bench;

  @BeforeAll
  static void open() {
    bench = new Workbench(BlockedKernels.BLOCKED, 1, 1);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  private static List<int[]> ids(List<String> texts) {
    return texts.stream().map(t -> MiniLm.model().tokens(t).ids()).toList();
  }

  private static RoundedMiniLm rounded(String name) {
    return RoundedMiniLm.of(Rounding.named(name), ids(SHOWN), bench);
  }

  /** Of a sentence that calibration did not see. */
  private static double error(Encoder encoder) {
    return error(encoder, List.of("Two strangers share a taxi to the airport."));
  }

  /** ‖x - y‖ / ‖y‖ of the vectors of all tokens. */
  private static double error(Encoder encoder, List<String> texts) {
    Compute compute = Compute.plain(bench.kernels(), bench.loop());
    double difference = 0;
    double norm = 0;
    for (int[] ids : ids(texts)) {
      Matrix x = encoder.encode(compute, ids);
      Matrix y = MiniLm.model().encoder().encode(compute, ids);
      for (int i = 0; i < y.rows(); i++) {
        for (int j = 0; j < y.cols(); j++) {
          difference += Math.pow(x.get(i, j) - y.get(i, j), 2);
          norm += Math.pow(y.get(i, j), 2);
        }
      }
    }
    return Math.sqrt(difference / norm);
  }

  /** Blocks of 32 with a scale of two bytes: 34 and 18 bytes; a bit more is half the error. */
  @Test
  void bytesAreThoseOfTheFormatAndErrorsFollowBits() {
    RoundedMiniLm eight = rounded("q8_0");
    RoundedMiniLm four = rounded("q4_0");
    RoundedMiniLm two = rounded("int2");
    assertEquals(WEIGHTS, eight.weights());
    assertEquals(WEIGHTS / 32 * 34, eight.bytes());
    assertEquals(WEIGHTS / 32 * 18, four.bytes());
    // A group of 64 has 16 bytes of codes, a scale of two bytes and a zero point of two bits.
    assertEquals(WEIGHTS / 64 * 18 + WEIGHTS / 64 * 2 / 8, two.bytes());
    double[] errors = {error(eight.encoder()), error(four.encoder()), error(two.encoder())};
    assertTrue(errors[0] > 0.001 && errors[0] < 0.03, Arrays.toString(errors));
    assertTrue(errors[1] > 5 * errors[0] && errors[1] < 30 * errors[0], Arrays.toString(errors));
    assertTrue(errors[2] > 2 * errors[1], Arrays.toString(errors));
  }

  /** Of three bits rounding leaves more than what knows the inputs, by more tokens than inputs. */
  @Test
  @Tag("long")
  void methodsThatSeeInputsLeaveLess() throws IOException {
    String plays = Files.readString(SharedData.file("llm/tinyshakespeare.txt"));
    List<String> shown = new ArrayList<>();
    List<String> unseen = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      (i < 32 ? shown : unseen).add(plays.substring(20_000 * i, 20_000 * i + 400));
    }
    double nearest = error(rounded("int3").encoder(), unseen);
    for (String method : List.of("gptq", "gptq-order", "awq")) {
      Rounding rounding = Rounding.named("int3-" + method);
      RoundedMiniLm better = RoundedMiniLm.of(rounding, ids(shown), bench);
      assertEquals(WEIGHTS, better.weights());
      double error = error(better.encoder(), unseen);
      System.out.printf("int3: %s leaves %.4f, rounding %.4f%n", method, error, nearest);
      assertTrue(error < nearest, method + " leaves " + error + ", rounding " + nearest);
    }
  }

  @Test
  void namesAreOfFormatAndMethod() {
    Rounding rounding = Rounding.named("int4-gptq-order");
    assertEquals(RoundingMethod.GPTQ_ORDER, rounding.method());
    assertEquals("int4", rounding.format().name());
    assertEquals(RoundingMethod.NEAREST, Rounding.named("nf4").method());
    for (String wrong :
        List.of("int5", "q6_k", "", "-gptq", "int4-", "int4-x", "INT4", "f16-gptq")) {
      assertThrows(IllegalArgumentException.class, () -> Rounding.named(wrong), wrong);
    }
  }
}
