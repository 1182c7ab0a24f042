package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.attention.Rope.Pairing;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;

/** Against what Hugging Face's transformers print, and against closed forms. */
class RopeScalingTest {
  private static final int L = 2048;

  private static double[] of(RopeScaling scaling, int length) {
    return scaling.frequencies(128, Rope.BASE, length);
  }

  private static void assertPrinted(String name, double[] theta) throws IOException {
    String file = "rope/transformers_rope_scaling.json";
    JsonNode printed = new ObjectMapper().readTree(SharedData.file(file).toFile()).get(name);
    assertEquals(64, printed.size());
    for (int p = 0; p < 64; p++) {
      double expected = Double.parseDouble(printed.get(p).asText());
      // Five digits, and the rounding of the float that was printed.
      double unit = Math.pow(10, Math.floor(Math.log10(expected)) - 4);
      assertEquals(expected, theta[p], 0.5 * unit + 1e-6 * expected, name + ", frequency " + p);
    }
  }

  @Test
  void plainDynamicAndYarnAsTransformersPrintThem() throws IOException {
    assertPrinted("default_inv_freq", of(RopeScaling.plain(), L));
    assertPrinted("dynamic_factor10_seq16384", of(new DynamicNtkScaling(10, L), 16_384));
    assertPrinted("yarn_factor10_bf32_bs1", of(new YarnScaling(10, L), 16_384));
  }

  /** Position s m turns as m does without scaling, bit for bit where s is a power of two. */
  @ParameterizedTest
  @EnumSource
  void interpolatedPositionsAreThoseOfTheTraining(Pairing pairing) {
    SeededRandom random = new SeededRandom(51);
    Rope plain = Rope.of(16, pairing);
    Rope by8 = Rope.of(16, Rope.BASE, new PositionInterpolation(8), 1, pairing);
    for (int m : new int[] {0, 1, 2, 77, 2047}) {
      Matrix x = random.gaussian(1, 16, 1);
      Matrix y = x.copy();
      plain.rotate(x, m);
      by8.rotate(y, 8 * m);
      assertArrayEquals(x.row(0), y.row(0));
    }
    double[] by3 = of(new PositionInterpolation(3), L);
    double[] theta = Rope.frequencies(128, Rope.BASE);
    for (int p = 0; p < 64; p++) {
      assertEquals(theta[p], 3 * by3[p], 1e-15 * theta[p]);
    }
  }

  @ParameterizedTest
  @CsvSource({"4,10000,2", "128,10000,8", "128,500000,16", "64,100,1.5", "6,1000000,100"})
  void ntkKeepsTheHighestAndInterpolatesTheLowest(int d, double base, double s) {
    double[] theta = Rope.frequencies(d, base);
    double[] ntk = new NtkScaling(s).frequencies(d, base, L);
    int last = d / 2 - 1;
    assertEquals(theta[0], ntk[0]);
    assertEquals(theta[last] / s, ntk[last], 1e-12 * theta[last]);
    for (int p = 0; p <= last; p++) { // between: s to the power of p's share of the way
      assertEquals(theta[p] / Math.pow(s, (double) p / last), ntk[p], 1e-12 * theta[p]);
    }
  }

  @Test
  void dynamicNtkIsPlainUpToTheLengthOfTheTrainingAndNtkBeyond() {
    DynamicNtkScaling dynamic = new DynamicNtkScaling(4, L);
    for (int n : new int[] {0, 1, L - 1, L}) {
      assertArrayEquals(of(RopeScaling.plain(), n), of(dynamic, n));
    }
    assertTrue(of(dynamic, L + 1)[63] < of(dynamic, L)[63], "it begins at once");
    // factor n/L - (factor - 1): 4 · 3 - 3 = 9 at three times the length.
    assertArrayEquals(of(new NtkScaling(9), 0), of(dynamic, 3 * L));
    assertArrayEquals(of(new NtkScaling(7), 0), of(new DynamicNtkScaling(1, L), 7 * L));
    assertTrue(dynamic.dependsOnLength());
    assertEquals(1, dynamic.attentionFactor());
  }

  @Test
  void yarnKeepsFastTurnsAndInterpolatesSlowOnes() {
    double[] theta = Rope.frequencies(128, Rope.BASE);
    YarnScaling yarn = new YarnScaling(10, L);
    double[] scaled = of(yarn, L);
    int kept = 0;
    int interpolated = 0;
    for (int p = 0; p < 64; p++) {
      double turns = L * theta[p] / (2 * Math.PI);
      if (turns >= 32) {
        assertEquals(theta[p], scaled[p], "kept, " + turns + " turns");
        kept++;
      }
      double next = p == 0 ? 0 : L * theta[p - 1] / (2 * Math.PI);
      if (p > 0 && next <= 1) { // the end of the ramp is rounded up
        assertEquals(theta[p] / 10, scaled[p], 1e-15, "interpolated, " + turns + " turns");
        interpolated++;
      }
      assertTrue(p == 0 || scaled[p] < scaled[p - 1], "in falling order");
      assertTrue(theta[p] / 10 <= scaled[p] * (1 + 1e-15) && scaled[p] <= theta[p]);
    }
    assertEquals(17, kept);
    assertEquals(22, interpolated);
    assertEquals(0.1 * Math.log(10) + 1, yarn.attentionFactor());
    assertEquals(1.2302585, YarnScaling.attentionFactor(10), 1e-7);
    assertEquals(1, new YarnScaling(1, L).attentionFactor());
    assertEquals(0.7, new YarnScaling(10, L, 32, 1, 0.7).attentionFactor());
    assertFalse(yarn.dependsOnLength());
  }

  /** The ends of the ramp moved so far that one branch is left. */
  @Test
  void yarnsLimits() {
    double[] theta = Rope.frequencies(128, Rope.BASE);
    double[] never = of(new YarnScaling(10, Integer.MAX_VALUE), L);
    assertArrayEquals(theta, never, "all turn often in so long a training");
    double[] by1 = of(new YarnScaling(1, L), L);
    assertArrayEquals(theta, by1, 1e-16);
    double[] always = of(new YarnScaling(10, 1), L);
    for (int p = 1; p < 64; p++) { // in one position none turns; the first is the ramp's begin
      assertEquals(theta[p] / 10, always[p], 1e-16);
    }
  }

  @Test
  void longRopeHasAFactorForEachPair() {
    double[] shorts = new double[64];
    double[] longs = new double[64];
    for (int p = 0; p < 64; p++) {
      shorts[p] = 1 + p / 100.0;
      longs[p] = 1 + p;
    }
    LongRopeScaling scaling = new LongRopeScaling(32, 4096, shorts, longs);
    double[] theta = Rope.frequencies(128, Rope.BASE);
    double[] within = of(scaling, 4096);
    double[] beyond = of(scaling, 4097);
    for (int p = 0; p < 64; p++) {
      assertEquals(theta[p], within[p] * (1 + p / 100.0), 1e-15);
      assertEquals(theta[p], beyond[p] * (1 + p), 1e-15);
    }
    // ln 32 / ln 4096 = 5/12
    assertEquals(Math.sqrt(17.0 / 12), scaling.attentionFactor(), 1e-15);
    assertTrue(scaling.dependsOnLength());
    assertEquals(1.25, new LongRopeScaling(4096, shorts, longs, 1.25).attentionFactor());
    longs[3] = 1e9;
    assertArrayEquals(beyond, of(scaling, 4097), "the list was copied");

    double[] ones = new double[64];
    Arrays.fill(ones, 1);
    LongRopeScaling plain = new LongRopeScaling(1, 4096, ones, ones);
    assertArrayEquals(theta, of(plain, 9));
    assertArrayEquals(theta, of(plain, 9999));
    assertEquals(1, plain.attentionFactor());
    assertEquals("LongRoPE beyond 4096, attention factor 1.0", plain.toString());
  }

  /** Llama 3.1: factor 8, low 1, high 4, L = 8192, base 500,000. */
  @Test
  void llama3KeepsFastTurnsAndInterpolatesSlowOnes() {
    double[] theta = Rope.frequencies(128, 500_000);
    double[] scaled = new Llama3Scaling(8, 1, 4, 8192).frequencies(128, 500_000, 1);
    int between = 0;
    for (int p = 0; p < 64; p++) {
      double wavelength = 2 * Math.PI / theta[p];
      if (wavelength < 8192 / 4.0) {
        assertEquals(theta[p], scaled[p]);
      } else if (wavelength > 8192) {
        assertEquals(theta[p] / 8, scaled[p]);
      } else {
        double smooth = (8192 / wavelength - 1) / (4 - 1);
        assertEquals((1 - smooth) * theta[p] / 8 + smooth * theta[p], scaled[p], 1e-18);
        between++;
      }
    }
    assertEquals(6, between, "pairs 29 to 34");
  }

  /** The longest length with the frequencies of the shortest is the one that is named. */
  @Test
  void whatDependsOnTheLengthSaysFromWhere() {
    double[] factors = {1, 2, 3, 4};
    for (RopeScaling scaling :
        new RopeScaling[] {
          new DynamicNtkScaling(2, 100),
          new LongRopeScaling(100, factors, new double[] {5, 6, 7, 8}, 1)
        }) {
      assertTrue(scaling.dependsOnLength());
      int to = scaling.unchangedTo();
      double[] first = scaling.frequencies(8, Rope.BASE, 1);
      assertArrayEquals(first, scaling.frequencies(8, Rope.BASE, to), scaling.toString());
      assertFalse(Arrays.equals(first, scaling.frequencies(8, Rope.BASE, to + 1)), "from " + to);
    }
  }

  /**
   * The ramp of the authors' code, {@code find_correction_range}: also where it begins before the
   * first pair or ends behind the last, up to column d - 1.
   */
  @Test
  void yarnsRampIsCutOffAtItsEnds() {
    int cut = 0;
    for (int round = 0; round < 300; round++) {
      SeededRandom random = new SeededRandom(round);
      int d = 2 * (1 + random.below(40));
      double base = random.coin() ? 10_000 : random.uniform(2, 500);
      int length = 1 + random.below(random.coin() ? 200 : 1_000_000);
      double s = random.uniform(1, 40);
      double[] theta = new YarnScaling(s, length).frequencies(d, base, length);
      double start = Math.floor(d * Math.log(length / (32 * 2 * Math.PI)) / (2 * Math.log(base)));
      double stop = Math.ceil(d * Math.log(length / (2 * Math.PI)) / (2 * Math.log(base)));
      cut += start < 0 || stop > d - 1 ? 1 : 0;
      double low = Math.max(start, 0);
      double high = Math.min(stop, d - 1);
      for (int p = 0; p < d / 2 && high >= low; p++) {
        double ramp = (p - low) / (high == low ? 0.001 : high - low);
        double kept = 1 - Math.min(1, Math.max(0, ramp));
        double plain = Math.pow(base, -2.0 * p / d);
        assertEquals(kept * plain + (1 - kept) * plain / s, theta[p], 1e-12, "round " + round);
      }
    }
    assertTrue(cut > 100, "cut " + cut);
  }

  @Test
  void refusals() {
    for (double s : new double[] {0.5, 0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      String message = "factor is " + s + ": it must be a finite number of at least 1";
      assertRefused(message, () -> new PositionInterpolation(s));
      assertRefused(message, () -> new NtkScaling(s));
      assertRefused(message, () -> new DynamicNtkScaling(s, L));
      assertRefused(message, () -> new YarnScaling(s, L));
      assertRefused(message, () -> new Llama3Scaling(s, 1, 4, L));
      assertRefused(message, () -> new LongRopeScaling(s, L, new double[0], new double[0]));
    }
    assertRefused(
        "d is 2: it must be at least 4 for an NTK-aware scaling",
        () -> new NtkScaling(2).frequencies(2, 10_000, 1));
    assertRefused(
        "base 10000.0 scaled by 1.0E300 for d = 4 passes a double",
        () -> new NtkScaling(1e300).frequencies(4, 10_000, 1));
    assertRefused(
        "base is -1.0: it must be a finite number above 0",
        () -> new NtkScaling(2).frequencies(4, -1, 1));
    assertRefused(
        "length is -1: it must be in 0..2147483647", () -> of(new DynamicNtkScaling(2, L), -1));
    assertRefused(
        "base is 1.0: it must be above 1 for YaRN",
        () -> new YarnScaling(2, L).frequencies(4, 1, 1));
    assertRefused(
        "betaFast is 1.0 and betaSlow is 1.0: the first must be larger",
        () -> new YarnScaling(2, L, 1, 1, 1));
    assertRefused(
        "highFrequencyFactor is 1.0 and lowFrequencyFactor is 4.0: the first must be larger",
        () -> new Llama3Scaling(2, 4, 1, L));
    assertRefused(
        "there are 2 short and 1 long factors: one of each a pair of columns is needed",
        () -> new LongRopeScaling(2, L, new double[] {1, 1}, new double[] {1}));
    assertRefused(
        "a long factor is 0.0: it must be a finite number above 0",
        () -> new LongRopeScaling(2, L, new double[] {1}, new double[] {0}));
    assertRefused(
        "there are 1 factors and d is 4: 2 are needed",
        () -> new LongRopeScaling(2, L, new double[] {1}, new double[] {1}).frequencies(4, 100, 1));
    assertRefused(
        "originalLength is 1: it must be in 2..2147483647",
        () -> LongRopeScaling.attentionFactor(2, 1));
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
