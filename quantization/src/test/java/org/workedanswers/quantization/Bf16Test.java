package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Bf16Test {
  private static double closedForm(int code) {
    int e = (code >> 7) & 255;
    int f = code & 127;
    double sign = (code & 0x8000) == 0 ? 1 : -1;
    if (e == 255) {
      return f == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return e == 0 ? sign * f * Math.pow(2, -133) : sign * (1 + f / 128.0) * Math.pow(2, e - 127);
  }

  @Test
  void everyCodeHasItsValueAndComesBack() {
    for (int code = 0; code < 65536; code++) {
      float value = Bf16.toFloat((short) code);
      double exact = closedForm(code);
      if (Double.isNaN(exact)) {
        assertTrue(Float.isNaN(value));
        assertEquals(code | 0x40, Bf16.fromFloat(value) & 0xffff, "payload");
      } else {
        assertEquals(Float.floatToRawIntBits((float) exact), Float.floatToRawIntBits(value));
        assertEquals((short) code, Bf16.fromFloat(value), "code " + code);
      }
    }
  }

  @Test
  void halfwayBetweenAnyTwoCodesGoesToTheEvenOne() {
    for (int code = 0; code < 0x7f80; code++) {
      double next = code == 0x7f7f ? 0x1p128 : closedForm(code + 1);
      float halfway = (float) ((closedForm(code) + next) / 2);
      int even = code % 2 == 0 ? code : code + 1;
      for (int sign : new int[] {0, 0x8000}) {
        float s = sign == 0 ? 1 : -1;
        assertEquals((short) (sign | even), Bf16.fromFloat(s * halfway), "above " + code);
        assertEquals((short) (sign | code), Bf16.fromFloat(s * Math.nextDown(halfway)));
        assertEquals((short) (sign | code + 1), Bf16.fromFloat(s * Math.nextUp(halfway)));
      }
    }
  }

  @Test
  void edges() {
    assertEquals(0x7f7f, Bf16.fromFloat(Bf16.MAX));
    assertEquals(0x7f80, Bf16.fromFloat(Float.MAX_VALUE));
    assertEquals((short) 0xff80, Bf16.fromFloat(Float.NEGATIVE_INFINITY));
    assertEquals((short) 0x8000, Bf16.fromFloat(-0f));
    assertEquals(0x7fc0, Bf16.fromFloat(Float.NaN));
    // A NaN whose payload has no bit in the upper half must not become an infinity.
    assertEquals(0x7fc0, Bf16.fromFloat(Float.intBitsToFloat(0x7f800001)));
  }
}
