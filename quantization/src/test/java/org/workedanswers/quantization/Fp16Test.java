package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class Fp16Test {
  /** IEEE 754's formula, in double. */
  private static double closedForm(int code) {
    int e = (code >> 10) & 31;
    int f = code & 1023;
    double sign = (code & 0x8000) == 0 ? 1 : -1;
    if (e == 31) {
      return f == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return e == 0 ? sign * f * Math.pow(2, -24) : sign * (1 + f / 1024.0) * Math.pow(2, e - 15);
  }

  @Test
  void everyCodeHasItsValueAndComesBack() {
    for (int code = 0; code < 65536; code++) {
      float value = Fp16.toFloat((short) code);
      double exact = closedForm(code);
      if (Double.isNaN(exact)) {
        assertTrue(Float.isNaN(value));
        short back = Fp16.fromFloat(value);
        assertTrue(Double.isNaN(closedForm(back & 0xffff)));
        assertEquals(code & 0x8000, back & 0x8000);
        assertEquals(code | 0x200, back & 0xffff, "payload");
      } else {
        assertEquals(exact, value, 0.0, "code " + code);
        assertEquals(Float.floatToRawIntBits((float) exact), Float.floatToRawIntBits(value));
        assertEquals((short) code, Fp16.fromFloat(value), "code " + code);
      }
    }
  }

  @Test
  void halfwayBetweenAnyTwoCodesGoesToTheEvenOne() {
    for (int code = 0; code < 0x7c00; code++) {
      // Above the last finite code the next step would be 2^16.
      double next = code == 0x7bff ? 65536 : closedForm(code + 1);
      float halfway = (float) ((closedForm(code) + next) / 2);
      int even = code % 2 == 0 ? code : code + 1;
      for (int sign : new int[] {0, 0x8000}) {
        float s = sign == 0 ? 1 : -1;
        assertEquals((short) (sign | even), Fp16.fromFloat(s * halfway), "above " + code);
        assertEquals((short) (sign | code), Fp16.fromFloat(s * Math.nextDown(halfway)));
        assertEquals((short) (sign | code + 1), Fp16.fromFloat(s * Math.nextUp(halfway)));
      }
    }
  }

  @Test
  void edges() {
    assertEquals(0x7bff, Fp16.fromFloat(Fp16.MAX));
    assertEquals(0x7bff, Fp16.fromFloat(Math.nextDown(65520f)));
    assertEquals(0x7c00, Fp16.fromFloat(65520f));
    assertEquals(0x7c00, Fp16.fromFloat(Float.POSITIVE_INFINITY));
    assertEquals((short) 0xfc00, Fp16.fromFloat(-Float.MAX_VALUE));
    assertEquals(0, Fp16.fromFloat(Float.MIN_VALUE));
    assertEquals((short) 0x8000, Fp16.fromFloat(-0f));
    assertEquals(0x7e00, Fp16.fromFloat(Float.NaN));
  }

  @Test
  void agreesWithTheJdkWhereItHasTheConversion() throws ReflectiveOperationException {
    assumeTrue(Runtime.version().feature() >= 20, "Float.float16ToFloat came with JDK 20");
    Method widen = Float.class.getMethod("float16ToFloat", short.class);
    Method narrow = Float.class.getMethod("floatToFloat16", float.class);
    for (int code = 0; code < 65536; code++) {
      assertEquals((float) widen.invoke(null, (short) code), Fp16.toFloat((short) code));
    }
    SeededRandom random = new SeededRandom(1);
    for (int trial = 0; trial < 200_000; trial++) {
      float x = Float.intBitsToFloat((int) (random.uniform() * 0x1p32));
      float y = (float) (random.gaussian() * Math.pow(2, random.below(50) - 30));
      for (float v : new float[] {x, y}) {
        if (!Float.isNaN(v)) {
          assertEquals((short) narrow.invoke(null, v), Fp16.fromFloat(v), "of " + v);
        }
      }
    }
  }
}
