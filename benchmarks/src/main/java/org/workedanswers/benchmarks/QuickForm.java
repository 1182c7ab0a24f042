package org.workedanswers.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of a benchmark fits into two minutes.
 *
 * <p>JMH runs every benchmark method with every combination of its parameters, each in a JVM of its
 * own. Fewer runs are better than cold ones: vector code that the JIT's last tier has not compiled
 * yet puts every vector on the heap. Where there are too many, the last values of sizes are left
 * out, so that a benchmark names the most telling size first; then the last kernels, ND4J's, down
 * to two; then the time that is there is shared out.
 *
 * @param parameters the values to run, by parameter
 * @param runs the number of JVMs to come
 * @param millis how long a measured iteration of a run takes
 */
record QuickForm(Map<String, List<String>> parameters, int runs, int millis) {
  /** Iterations that are measured. */
  static final int ITERATIONS = 3;

  private static final int WARMUPS = 3;
  // Three quarters of a run.
  private static final int WARMUP_TIMES_AS_LONG = 3;
  private static final double SECONDS = 95;
  // A JVM's start, the set-up and the comparison with plain.
  private static final double SECONDS_BEFORE_A_RUN = 1.5;
  private static final int MOST_RUNS = 14;
  private static final String KERNELS = "kernels";
  private static final int FEWEST_KERNELS = 2;

  /** Plans for methods, each given by its parameters and their values. */
  static QuickForm of(List<Map<String, List<String>>> methods) {
    Map<String, List<String>> chosen = new LinkedHashMap<>();
    methods.forEach(chosen::putAll);
    while (runs(methods, chosen) > MOST_RUNS) {
      String longest =
          chosen.keySet().stream()
              .filter(name -> chosen.get(name).size() > 1)
              .filter(name -> chosen.get(name).stream().allMatch(QuickForm::isNumber))
              .reduce((a, b) -> chosen.get(b).size() > chosen.get(a).size() ? b : a)
              .orElse(null);
      if (longest == null) {
        if (chosen.getOrDefault(KERNELS, List.of()).size() <= FEWEST_KERNELS) {
          break;
        }
        longest = KERNELS;
      }
      List<String> values = chosen.get(longest);
      chosen.put(longest, values.subList(0, values.size() - 1));
    }
    int runs = Math.max(1, runs(methods, chosen));
    double seconds = Math.max(0.2, SECONDS / runs - SECONDS_BEFORE_A_RUN);
    return new QuickForm(
        chosen, runs, (int) (1000 * seconds / (WARMUPS * WARMUP_TIMES_AS_LONG + ITERATIONS)));
  }

  /** Iterations that are not measured. */
  static int warmups() {
    return WARMUPS;
  }

  /** How long each of them takes. */
  int warmupMillis() {
    return WARMUP_TIMES_AS_LONG * millis;
  }

  private static int runs(
      List<Map<String, List<String>>> methods, Map<String, List<String>> chosen) {
    int runs = 0;
    for (Map<String, List<String>> parameters : methods) {
      int product = 1;
      for (String name : parameters.keySet()) {
        product *= chosen.get(name).size();
      }
      runs += product;
    }
    return runs;
  }

  private static boolean isNumber(String value) {
    return value.matches("-?\\d+(\\.\\d+)?");
  }

  /** The parameters and their values, for a person. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    parameters.forEach(
        (name, values) ->
            text.append(text.isEmpty() ? "" : "; ")
                .append(name)
                .append(" = ")
                .append(Arrays.toString(values.toArray()).replaceAll("[\\[\\]]", "")));
    return text.toString();
  }
}
