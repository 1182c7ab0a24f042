package org.workedanswers.answers.q05;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;

class ContextAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q05", "5 --longest 512", "measured time:? [0-9.-]+", " +<time>");
  }
}
