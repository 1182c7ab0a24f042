package org.workedanswers.benchmarks.peers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.workedanswers.benchmarks.peers.Catalogue.Entry;
import org.workedanswers.benchmarks.peers.Catalogue.Place;

/**
 * Starts a comparison in a JVM with this one's options, natives held to one thread, and the class
 * path it needs.
 */
final class JavaStarter implements Peers.Starter {
  /** The system property that holds the class path of the module {@code peers}. */
  static final String PEERS_PATH = "workedanswers.peers.path";

  // The JVM says so at every start where the vector module is used.
  private static final String INCUBATOR = "WARNING: Using incubator modules";

  // OpenMP and OpenBLAS read these when they are loaded; each library has its own idea otherwise.
  private static final List<String> THREADS =
      List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS");

  @Override
  public int run(Entry entry, Path outcomes) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command(entry, outcomes)).inheritIO().redirectError(Redirect.PIPE);
    Map<String, String> environment = builder.environment();
    THREADS.forEach(name -> environment.put(name, "1"));
    Process process = builder.start();
    Thread end = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
    try (BufferedReader errors = process.errorReader()) {
      errors.lines().filter(line -> !line.startsWith(INCUBATOR)).forEach(System.err::println);
    }
    int status = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(end);
    return status;
  }

  static List<String> command(Entry entry, Path outcomes) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (entry.java() > 17 && Runtime.version().feature() < 22) {
      command.add("--enable-preview"); // memory segments
    }
    command.add("-cp");
    command.add(System.getProperty(entry.place() == Place.PEERS ? PEERS_PATH : "java.class.path"));
    command.add(Fork.class.getName());
    command.add(entry.type());
    command.add(outcomes.toString());
    return command;
  }
}
