package org.workedanswers.attention;

/** {@link RopeScaling} that scales nothing. */
enum PlainScaling implements RopeScaling {
  PLAIN;

  @Override
  public double[] frequencies(int d, double base, int length) {
    return Rope.frequencies(d, base);
  }

  @Override
  public String toString() {
    return "plain";
  }
}
