package org.workedanswers.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void numbersShowThreeDigitsThatCount() {
    assertEquals("0.00260", Summary.number(0.0026));
    assertEquals("1.00", Summary.number(1));
    assertEquals("39.3", Summary.number(39.34));
    assertEquals("12346", Summary.number(12345.6));
    assertEquals("0", Summary.number(0));
  }
}
