package org.workedanswers.answers.q16;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.q16.Kind.Ranks;

class KindTest {
  private static final int NONE = Ranks.MISSING;

  private static final List<Ranks> ALL =
      List.of(
          new Ranks(0, 1, 11, 2),
          new Ranks(1, 1, NONE, 5),
          new Ranks(2, 1, 10, 1),
          new Ranks(3, 30, 1, 9),
          new Ranks(4, NONE, 1, 11),
          new Ranks(5, 11, 12, 3),
          new Ranks(6, 40, 50, 3),
          new Ranks(7, 12, 12, 11),
          new Ranks(8, 3, NONE, 30),
          new Ranks(9, NONE, NONE, NONE));

  private static List<Integer> queries(Kind kind) {
    return kind.of(ALL).stream().map(Ranks::query).toList();
  }

  @Test
  void eachKindFindsItsOwnThePlainestFirst() {
    assertEquals(List.of(1, 0), queries(Kind.WORDS_WIN));
    assertEquals(List.of(4, 3), queries(Kind.MEANING_WINS));
    assertEquals(List.of(6, 5), queries(Kind.ONLY_BOTH));
    assertEquals(List.of(4, 8), queries(Kind.FUSION_WORSE));
  }

  @Test
  void aMissingRankIsADash() {
    assertEquals("-", Ranks.text(NONE));
    assertEquals("7", Ranks.text(7));
  }
}
