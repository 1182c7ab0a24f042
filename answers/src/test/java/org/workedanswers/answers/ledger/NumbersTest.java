package org.workedanswers.answers.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void numbersReadWell() {
    assertEquals("16,777,216", Numbers.shortest(16_777_216));
    assertEquals("7.111", Numbers.shortest(64 / 9.0));
    assertEquals("0.003142", Numbers.shortest(Math.PI / 1000));
    assertEquals("3.20e-07", Numbers.shortest(3.2e-7));
    assertEquals("Infinity", Numbers.shortest(Double.POSITIVE_INFINITY));
    assertEquals("16 MiB", Numbers.bytes(1 << 24));
    assertEquals("4 TiB", Numbers.bytes(0x1p42));
    assertEquals("36.96 GiB", Numbers.bytes(39.69e9));
    assertEquals("1,023 B", Numbers.bytes(1023));
    assertEquals("4.19e+06 PiB", Numbers.bytes(0x1p72));
    assertEquals("3.2 ms", Numbers.seconds(0.0032));
    assertEquals("12.00 s", Numbers.seconds(12));
    assertEquals("4.5 µs", Numbers.seconds(4.5e-6));
  }

  @Test
  void valuesKeepTheirFormInJsonAndInWords() {
    assertEquals(4L, Value.of(4).json());
    assertEquals(List.of(1L, 2.5), Value.list(1, 2.5).json());
    assertEquals(Map.of("a", 1L, "b", 0.5), Value.named("a", 1, "b", 0.5).json());
    assertEquals("a: 1; b: 0.5000", Value.named("a", 1, "b", 0.5).toString());
    assertEquals(Double.MAX_VALUE, Value.of(Double.POSITIVE_INFINITY).json());
    assertEquals(Value.named("a", 2), Value.named("a", 1).map(x -> 2 * x));
  }
}
