package org.workedanswers.benchmarks.peers;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The program of the JVM that runs one comparison: {@code TYPE FILE}, where its outcomes go.
 *
 * <p>Exit status 0; {@link #UNAVAILABLE} if something that it needs is not there, said in a line; 1
 * if the sides differ or one fails.
 */
public final class Fork {
  /** The exit status of a comparison that can't be made here. */
  static final int UNAVAILABLE = 3;

  private Fork() {}

  /** Runs the comparison and exits with its status. */
  public static void main(String[] args) throws IOException {
    Logger.getLogger("").setLevel(Level.WARNING); // peers tell how they were loaded
    // Natives may hold threads that would keep the JVM alive.
    System.exit(run(args[0], Path.of(args[1]), System.out));
  }

  static int run(String type, Path outcomes, PrintStream out) throws IOException {
    Report report = new Report(new Race(), out);
    try {
      comparison(type).run(report);
      return 0;
    } catch (Unavailable e) {
      report.note("skipped: " + e.getMessage());
      return UNAVAILABLE;
    } catch (LinkageError e) {
      report.note("skipped: a library can't be loaded here: " + root(e));
      return UNAVAILABLE;
    } catch (Exception e) {
      System.err.println("study: " + root(e));
      return 1;
    } finally {
      new JsonMapper().writeValue(outcomes.toFile(), report.outcomes());
    }
  }

  private static Comparison comparison(String type) {
    try {
      return (Comparison) Class.forName(type).getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new Unavailable("it is not built for this JDK");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " is not a comparison", e);
    }
  }

  /** What was at the bottom of it, in a line. */
  private static String root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? "" : cause.getMessage().lines().findFirst().get();
    // Our own refusals and a linker's are sentences; others need their type to be understood.
    return cause instanceof IllegalStateException || cause instanceof UnsatisfiedLinkError
        ? message
        : cause.getClass().getSimpleName() + ": " + message;
  }
}
