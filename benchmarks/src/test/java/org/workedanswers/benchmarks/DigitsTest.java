package org.workedanswers.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void numbersShowThreeDigitsThatCount() {
    assertEquals("0.00260", Digits.three(0.0026));
    assertEquals("1.00", Digits.three(1));
    assertEquals("39.3", Digits.three(39.34));
    assertEquals("12346", Digits.three(12345.6));
    assertEquals("0", Digits.three(0));
  }
}
