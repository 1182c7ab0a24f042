package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The server of the tests: the one that {@code workedanswers.pgvector.url} names, else PGlite,
 * which serves one connection at a time.
 */
final class PgServer {
  private static String url;
  private static String missing;

  private PgServer() {}

  /** Whether a server was named, which takes any number of connections at once. */
  static boolean isNative() {
    return !System.getProperty("workedanswers.pgvector.url", "").isBlank();
  }

  /** Its URL; ends the test where there is none, and fails it where one is required. */
  static synchronized String url() {
    if (url == null && missing == null) {
      try {
        url = isNative() ? System.getProperty("workedanswers.pgvector.url") : PgLite.start();
      } catch (IOException e) {
        missing = e.getMessage();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    if (url == null) {
      String message = "needs PostgreSQL with pgvector: " + missing;
      if (Boolean.getBoolean("workedanswers.pgvector.required")) {
        fail(message);
      }
      abort(message);
    }
    return url;
  }

  /** Ends the test where no server was named. */
  static void needNative() {
    if (!isNative()) {
      abort("PGlite has one backend: -Dworkedanswers.pgvector.url names another server");
    }
  }

  /** A source of new connections. */
  static PGSimpleDataSource source(String more) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    String at = url();
    source.setUrl(at + (at.contains("?") ? "&" : "?") + more);
    return source;
  }

  /** A pool; each of its connections begins with these statements. */
  static Lender pool(String... first) {
    return new Lender(source(""), isNative() ? 20 : 1, first);
  }
}
