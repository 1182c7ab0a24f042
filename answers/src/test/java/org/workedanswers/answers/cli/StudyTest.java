package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyTest {
  @Test
  void listNamesAllSixteen() {
    Run run = Run.study("list");
    assertEquals(0, run.status());
    assertEquals(16, run.out().lines().filter(l -> l.matches("\\s+\\d+  .*")).count());
    assertTrue(run.out().contains("not yet worked"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "17",
        "0",
        "-1",
        "1",
        "nonsense",
        "--nonsense",
        "list extra",
        "claims --yaml",
        "claims --seed x",
        "claims --threads 0",
        "claims --threads 99999",
        "claims --kernels cuda",
        "4 --bogus",
        "claims --seed",
        "list --seed 3",
        "--seed 3 list",
        "--threads 0 4"
      })
  void wrongUsageIsOneSentenceAndStatusTwo(String line) {
    Run run = Run.study(line.split(" "));
    assertEquals(2, run.status(), line);
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("study: "), run.err());
    assertFalse(run.err().contains("\tat ") || run.err().contains("Exception"), run.err());
    assertTrue(run.err().lines().count() <= 2, run.err());
  }

  @Test
  void anUnworkedQuestionIsToldFromOneThatIsNotThere() {
    assertTrue(Run.study("1").err().contains("not worked yet"));
    assertTrue(Run.study("17").err().contains("there are 1 to 16"));
  }

  @Test
  void helpIsOnStdoutWithStatusZero() {
    Run run = Run.study("--help");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("claims") && run.out().contains("bench"));
    assertEquals("", run.err());
  }
}
