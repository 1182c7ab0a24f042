package org.workedanswers.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What a run found, a line a result: the time, the bytes allocated by an operation, and how many
 * times as fast it was as the same run with the plain kernels.
 */
final class Summary {
  private static final String KERNELS = "kernels";
  private static final String PLAIN = "plain";
  private static final String LINE = "  %-44s %-6s %14s %14s %10s";

  private Summary() {}

  static List<String> of(Collection<RunResult> results) {
    Map<String, Double> plain = new HashMap<>();
    for (RunResult r : results) {
      if (PLAIN.equals(kernels(r))) {
        plain.put(otherwise(r.getParams()), r.getPrimaryResult().getScore());
      }
    }
    List<String> lines = new ArrayList<>();
    for (RunResult r : results) {
      Result<?> time = r.getPrimaryResult();
      if (lines.isEmpty()) {
        lines.add("");
        lines.add(line("", KERNELS, time.getScoreUnit().replace("/op", ""), "bytes", "x " + PLAIN));
      }
      Double base = plain.get(otherwise(r.getParams()));
      lines.add(
          line(
              otherwise(r.getParams()),
              kernels(r) == null ? "" : kernels(r),
              Digits.three(time.getScore()),
              allocated(r),
              base == null ? "" : Digits.three(base / time.getScore())));
    }
    return lines;
  }

  private static String line(Object... cells) {
    return String.format(Locale.ROOT, LINE, cells).stripTrailing();
  }

  private static String allocated(RunResult r) {
    for (String name : r.getSecondaryResults().keySet()) {
      if (name.endsWith("gc.alloc.rate.norm")) {
        return String.format(Locale.ROOT, "%.0f", r.getSecondaryResults().get(name).getScore());
      }
    }
    return "";
  }

  private static String kernels(RunResult r) {
    return r.getParams().getParam(KERNELS);
  }

  /** What was run, without the kernels. */
  private static String otherwise(BenchmarkParams params) {
    String name = params.getBenchmark();
    StringBuilder text = new StringBuilder(name.substring(name.lastIndexOf('.') + 1));
    for (String key : params.getParamsKeys()) {
      if (!key.equals(KERNELS)) {
        text.append(' ').append(key).append('=').append(params.getParam(key));
      }
    }
    return text.toString();
  }
}
