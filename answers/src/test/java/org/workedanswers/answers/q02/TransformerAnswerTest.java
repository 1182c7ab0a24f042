package org.workedanswers.answers.q02;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.core.ModelShape;

class TransformerAnswerTest {
  /** Slopes of a loss differ in their digits where a JDK rounds an exponential otherwise. */
  @Test
  void transcript() throws IOException {
    Transcript.check(
        "q02",
        "2",
        "(?s)(?<=‖gradient‖, post  post to pre\\n).*?(?=\\n\\n)",
        "(?s)(?<=‖∇‖ \\(log\\)\\n).*?(?=└)",
        "(?<=it is )[0-9.]+ (post|and)[^.]*\\.[0-9]+( pre)?",
        "(?<=(first|last of 2|layer of 24)  ).*");
  }

  @Test
  void settingsOutOfTheirRangeAreToldInOneSentence() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Study.execute(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            "2",
            "--layer",
            "6");
    assertEquals(2, status);
    String message = err.toString(StandardCharsets.UTF_8).strip();
    assertEquals("study: --layer is 6: it must be in 0..5", message);
  }

  @Test
  void partsAddUpToWhatIsPublished() {
    assertEquals(
        ModelShape.published().size() + ParameterTable.TWO_STACKS.size(),
        ParameterTable.PUBLISHED.size());
    for (Map.Entry<ModelShape, String> published : ParameterTable.PUBLISHED.entrySet()) {
      long sum =
          ParameterTable.byGroup(published.getKey()).values().stream()
              .mapToLong(Long::longValue)
              .sum();
      assertEquals(published.getKey().total(), sum);
      String[] words = published.getValue().split(" ");
      double unit = words[1].equals("B") ? 1e9 : 1e6;
      double said = Double.parseDouble(words[0]);
      // Two digits may be all that is said.
      assertEquals(said, sum / unit, 0.014 * said, published.getKey().name());
    }
    assertEquals(22_713_216 - 147_840, MiniLm.model().encoder().parameters());
  }
}
