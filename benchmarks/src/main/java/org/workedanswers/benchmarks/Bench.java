package org.workedanswers.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.workedanswers.core.KernelsChoice;

/**
 * The program behind {@code ./study bench}: {@code TECHNIQUE [--full] [-- JMH's arguments]}.
 *
 * <p>The quick form is one JVM a run and short iterations, planned by {@link QuickForm}; the full
 * one is what the benchmark's annotations say. Kernels that can't be used here are left out. Exit
 * status 0; 1 if a run failed; 2 for wrong usage.
 */
public final class Bench {
  private static final String KERNELS = "kernels";

  private Bench() {}

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    System.exit(execute(List.of(args)));
  }

  private static int execute(List<String> args) {
    try {
      run(args);
      return 0;
    } catch (IllegalArgumentException | CommandLineOptionException e) {
      System.err.println("study: " + e.getMessage());
      System.err.println("Try: study bench --help");
      return 2;
    } catch (RunnerException e) {
      System.err.println("study: " + e.getMessage());
      return 1;
    }
  }

  private static void run(List<String> args) throws CommandLineOptionException, RunnerException {
    if (args.isEmpty()) {
      throw new IllegalArgumentException("name a technique: there are " + techniques());
    }
    int split = args.indexOf("--");
    List<String> own = args.subList(1, split < 0 ? args.size() : split);
    List<String> jmh = split < 0 ? List.of() : args.subList(split + 1, args.size());
    boolean full = own.contains("--full");
    for (String argument : own) {
      if (!argument.equals("--full")) {
        throw new IllegalArgumentException(
            "'" + argument + "' is not known: there is --full, and JMH's arguments go after --");
      }
    }
    CommandLineOptions given = new CommandLineOptions(jmh.toArray(String[]::new));
    if (given.shouldHelp()) {
      try {
        given.showHelp();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return;
    }
    String benchmark = Pattern.quote(classOf(args.get(0))) + "\\.";
    String include =
        given.getIncludes().isEmpty()
            ? benchmark
            : benchmark + ".*(" + String.join("|", given.getIncludes()) + ")";
    List<Map<String, List<String>>> methods = methods(include, given);
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("no benchmark matches " + include);
    }
    ChainedOptionsBuilder options =
        new OptionsBuilder().parent(given).include(include).shouldFailOnError(true);
    if (given.getProfilers().isEmpty()) {
      options.addProfiler(GCProfiler.class);
    }
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    methods.forEach(parameters::putAll);
    System.out.println(KernelsChoice.explanation());
    if (!full) {
      QuickForm quick = QuickForm.of(methods);
      parameters = quick.parameters();
      TimeValue time = TimeValue.milliseconds(quick.millis());
      options
          .forks(given.getForkCount().orElse(1))
          .warmupIterations(given.getWarmupIterations().orElse(QuickForm.warmups()))
          .warmupTime(given.getWarmupTime().orElse(TimeValue.milliseconds(quick.warmupMillis())))
          .measurementIterations(given.getMeasurementIterations().orElse(QuickForm.ITERATIONS))
          .measurementTime(given.getMeasurementTime().orElse(time));
      System.out.printf(
          "Quick form, %d runs of one JVM each: to see which is faster, not by how much.%n%s%n",
          quick.runs(), quick);
    }
    parameters.forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
    Summary.of(new Runner(options.build()).run()).forEach(System.out::println);
  }

  /** The parameters of each benchmark method, with the values to run. */
  private static List<Map<String, List<String>>> methods(String include, CommandLineOptions given) {
    List<Map<String, List<String>>> methods = new ArrayList<>();
    List<String> kernels = KernelsChoice.available();
    for (BenchmarkListEntry entry : entries(include)) {
      Map<String, List<String>> parameters = new LinkedHashMap<>();
      entry
          .getParams()
          .orElse(Map.of())
          .forEach(
              (name, declared) -> {
                List<String> values = new ArrayList<>(Arrays.asList(declared));
                if (given.getParameter(name).hasValue()) {
                  values = new ArrayList<>(given.getParameter(name).get());
                } else if (name.equals(KERNELS)) {
                  values.retainAll(kernels);
                }
                parameters.put(name, values);
              });
      methods.add(parameters);
    }
    return methods;
  }

  private static Collection<BenchmarkListEntry> entries(String include) {
    return BenchmarkList.defaultList()
        .find(
            OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
            List.of(include),
            List.of());
  }

  private static String classOf(String technique) {
    for (BenchmarkListEntry entry : entries(".*")) {
      if (technique(entry).equals(technique)) {
        return entry.getUserClassQName();
      }
    }
    throw new IllegalArgumentException(
        "there is no benchmark of '" + technique + "': there are " + techniques());
  }

  private static String techniques() {
    TreeSet<String> names = new TreeSet<>();
    entries(".*").forEach(entry -> names.add(technique(entry)));
    return String.join(", ", names);
  }

  private static String technique(BenchmarkListEntry entry) {
    String name = entry.getUserClassQName();
    return name.substring(name.lastIndexOf('.') + 1)
        .replaceFirst("Benchmark$", "")
        .toLowerCase(Locale.ROOT);
  }
}
