package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.lucene.util.SmallFloat;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class OneByteLengthTest {
  @Test
  void everyCodeAndManyLengthsAreLucenes() {
    for (int code = 0; code < 256; code++) {
      assertEquals(SmallFloat.byte4ToInt((byte) code), OneByteLength.decode(code));
    }
    for (int length = 0; length < 100_000; length++) {
      assertLikeLucene(length);
    }
    SeededRandom random = new SeededRandom(3);
    for (int i = 0; i < 100_000; i++) {
      assertLikeLucene(random.below(Integer.MAX_VALUE));
    }
    assertLikeLucene(Integer.MAX_VALUE);
  }

  private static void assertLikeLucene(int length) {
    assertEquals(SmallFloat.intToByte4(length) & 255, OneByteLength.encode(length));
    assertEquals(SmallFloat.byte4ToInt(SmallFloat.intToByte4(length)), OneByteLength.round(length));
  }

  @Test
  void lengthsUpToFortyAreExact() {
    for (int length = 0; length <= 40; length++) {
      assertEquals(length, OneByteLength.round(length));
    }
    assertEquals(40, OneByteLength.round(41));
  }

  @Test
  void badInputIsNamed() {
    Bm25Test.assertMessage("length is -1: it must not be negative", () -> OneByteLength.encode(-1));
    Bm25Test.assertMessage("code is 256: it must be in 0..255", () -> OneByteLength.decode(256));
  }
}
