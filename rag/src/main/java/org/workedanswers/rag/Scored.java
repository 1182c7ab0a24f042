package org.workedanswers.rag;

/**
 * A score and a number in one long, the better the larger: the higher score first, equal ones by
 * the lower number. So heaps and sorting need no objects.
 *
 * <p>High half: the score's bits, turned so that they order as floats do. Low half: ~number.
 */
final class Scored {
  private Scored() {}

  /** Packs a score that is not NaN, and a number that is not negative. */
  static long of(float score, int number) {
    int bits = Float.floatToRawIntBits(score + 0f); // -0 becomes 0: they are equal scores
    return (long) ordered(bits) << 32 | (~number & 0xFFFF_FFFFL);
  }

  static float score(long scored) {
    return Float.intBitsToFloat(ordered((int) (scored >> 32)));
  }

  static int number(long scored) {
    return ~(int) scored;
  }

  /** Of negative floats, all bits but the sign count down; its own inverse. */
  private static int ordered(int bits) {
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }
}
