package org.workedanswers.answers.q15;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.Routing;

class MixtureAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q15", "15");
  }

  @Test
  void settingsOutOfTheirRangeAreToldInOneSentence() {
    assertEquals("study: --top is 9: it must be in 1..8", refused("15", "--top", "9"));
    assertEquals("study: --experts is 1: it must be in 2..64", refused("15", "--experts", "1"));
    String message = refused("15", "--sentence", "word ".repeat(600));
    assertEquals("study: the sentence has 602 tokens: MiniLM has positions for 512", message);
  }

  private static String refused(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Study.execute(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments);
    assertEquals(2, status);
    return err.toString(StandardCharsets.UTF_8).strip();
  }

  @Test
  void whatASplitLayerLosesIsTheLengthOfWhatIsMissing() {
    SeededRandom random = new SeededRandom(6);
    List<Matrix> parts = new ArrayList<>();
    for (int e = 0; e < 5; e++) {
      parts.add(random.gaussian(4, 3, 1));
    }
    SplitLoss loss = new SplitLoss(parts);
    for (int k = 1; k <= 5; k++) {
      Routing routing =
          Routing.of(PlainKernels.PLAIN, random.gaussian(4, 5, 1), k, Gating.UNWEIGHTED);
      for (int t = 0; t < 4; t++) {
        List<Integer> chosen = new ArrayList<>();
        for (int e : routing.experts()[t]) {
          chosen.add(e);
        }
        double missing = 0;
        double all = 0;
        for (int j = 0; j < 3; j++) {
          double m = 0;
          double a = 0;
          for (int e = 0; e < 5; e++) {
            m += chosen.contains(e) ? 0 : parts.get(e).get(t, j);
            a += parts.get(e).get(t, j);
          }
          missing += m * m;
          all += a * a;
        }
        assertEquals(Math.sqrt(missing / all), loss.of(routing, t), 1e-6);
      }
    }
    // with one part to choose, hindsight is the best of the five
    Routing best = loss.hindsight(PlainKernels.PLAIN, 1);
    for (int e = 0; e < 5; e++) {
      Matrix only = Matrix.zeros(4, 5);
      for (int t = 0; t < 4; t++) {
        only.set(t, e, 1);
      }
      Routing one = Routing.of(PlainKernels.PLAIN, only, 1, Gating.UNWEIGHTED);
      for (int t = 0; t < 4; t++) {
        assertTrue(loss.of(best, t) <= loss.of(one, t));
      }
    }
    assertEquals(0, loss.median(loss.hindsight(PlainKernels.PLAIN, 5)), 1e-6);
  }
}
