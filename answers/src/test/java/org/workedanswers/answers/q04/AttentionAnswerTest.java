package org.workedanswers.answers.q04;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;

class AttentionAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q04", "4");
  }
}
