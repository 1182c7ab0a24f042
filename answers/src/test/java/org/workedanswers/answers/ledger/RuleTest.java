package org.workedanswers.answers.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RuleTest {
  @Test
  void withinHoldsBetweenItsBoundsOnBothSides() {
    Rule rule = Rule.within(Value.list(1, 10), Value.list(2, 20));
    assertEquals(Verdict.HOLDS, rule.judge(Value.list(1, 20)));
    assertEquals(Verdict.DOES_NOT_HOLD, rule.judge(Value.list(0.999, 15)));
    assertEquals(Verdict.DOES_NOT_HOLD, rule.judge(Value.list(1.5, 20.001)));
    assertEquals(Verdict.HOLDS, Rule.exactly(Value.of(3)).judge(Value.of(3)));
    assertEquals(Verdict.DOES_NOT_HOLD, Rule.exactly(Value.of(3)).judge(Value.of(4)));
  }

  @Test
  void aRoundedNumberHoldsExactlyOrRoundedOrNot() {
    Rule rule = Rule.rounded(120, 0.1);
    assertEquals(Verdict.HOLDS, rule.judge(Value.of(120)));
    assertEquals(Verdict.HOLDS_ROUNDED, rule.judge(Value.of(128)));
    assertEquals(Verdict.HOLDS_ROUNDED, rule.judge(Value.of(108)));
    assertEquals(Verdict.DOES_NOT_HOLD, rule.judge(Value.of(132.1)));
    assertEquals(Verdict.DOES_NOT_HOLD, rule.judge(Value.of(107)));
  }

  @Test
  void aConditionIsNeededOnlyWhereTheOtherSideDiffersAsKnown() {
    // The text: 8. Without scales it is 8, with them known to be 7.1.
    Rule rule =
        Rule.conditional(
            Value.named("payload", 8, "with scales", 7),
            Value.named("payload", 8, "with scales", 7.2),
            Set.of("payload"),
            Value.named("with scales", 7.9),
            Value.named("with scales", 8.1));
    assertEquals(Verdict.HOLDS_IF, rule.judge(Value.named("payload", 8, "with scales", 7.1)));
    assertEquals(Verdict.HOLDS, rule.judge(Value.named("payload", 8, "with scales", 8)));
    assertEquals(Verdict.DOES_NOT_HOLD, rule.judge(Value.named("payload", 8, "with scales", 5)));
    assertEquals(
        Verdict.DOES_NOT_HOLD, rule.judge(Value.named("payload", 7.5, "with scales", 7.1)));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Rule.conditional(
                Value.named("a", 1, "b", 1),
                Value.named("a", 1, "b", 1),
                Set.of("a", "b"),
                Value.named("b", 1),
                Value.named("b", 1)));
  }

  @Test
  void aContradictionIsTwoSidedToo() {
    Rule rule = Rule.contradicted(Value.of(0), Value.of(32), Value.of(32.8), Value.of(32.9));
    assertEquals(Verdict.DOES_NOT_HOLD, rule.judge(Value.of(32.85)));
    assertEquals(Verdict.HOLDS, rule.judge(Value.of(16)));
    assertThrows(IllegalStateException.class, () -> rule.judge(Value.of(65)));
  }

  @Test
  void aMeasurementOfAnotherFormOrNanIsRefused() {
    Rule rule = Rule.exactly(Value.list(1, 2));
    assertThrows(IllegalArgumentException.class, () -> rule.judge(Value.of(1)));
    assertThrows(IllegalArgumentException.class, () -> rule.judge(Value.list(1, 2, 3)));
    assertThrows(IllegalArgumentException.class, () -> rule.judge(Value.named("0", 1, "1", 2)));
    assertThrows(IllegalArgumentException.class, () -> Value.of(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Rule.within(Value.of(1), Value.list(1)));
  }
}
