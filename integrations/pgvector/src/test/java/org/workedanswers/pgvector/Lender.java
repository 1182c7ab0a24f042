package org.workedanswers.pgvector;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A pool as small as can be, which counts the connections that are out and what they execute. */
class Lender {
  private final DataSource source;
  private final int limit;
  private final Semaphore places;
  private final String[] first;
  private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();

  /** How often a statement was executed, by any of its connections. */
  final AtomicInteger executed = new AtomicInteger();

  /** The execution that fails in the driver, unknown to the server; none if it is not above 0. */
  final AtomicInteger failsIn = new AtomicInteger();

  Lender(DataSource source, int limit, String... first) {
    this.source = source;
    this.limit = limit;
    this.places = new Semaphore(limit, true);
    this.first = first;
  }

  /** How many are out. */
  int out() {
    return limit - places.availablePermits();
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          if (!method.getName().equals("getConnection")) {
            throw new UnsupportedOperationException(method.getName());
          }
          return lend();
        });
  }

  /** Closes those that are not out. */
  void close() throws SQLException {
    for (Connection c = idle.poll(); c != null; c = idle.poll()) {
      c.close();
    }
  }

  private Connection lend() throws SQLException {
    places.acquireUninterruptibly();
    Connection c = idle.poll();
    try {
      if (c == null) {
        c = source.getConnection();
        try (Statement s = c.createStatement()) {
          for (String sql : first) {
            s.execute(sql);
          }
        }
        prepare(c);
      }
    } catch (SQLException e) {
      places.release();
      throw e;
    }
    Connection real = c;
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (method.getName().equals("close")) {
            giveBack(real);
            return null;
          }
          Object result = invoke(real, method, arguments);
          return result instanceof Statement s ? counted(s, method.getReturnType()) : result;
        });
  }

  /** Makes a new connection as it is to be lent. */
  void prepare(Connection c) throws SQLException {}

  /** Whether a connection is as it was lent. */
  boolean isAsItWas(Connection c) throws SQLException {
    return c.getAutoCommit();
  }

  private void giveBack(Connection c) throws SQLException {
    try {
      if (!c.isClosed()) {
        if (!isAsItWas(c)) {
          throw new IllegalStateException("a connection came back changed");
        }
        idle.add(c);
      }
    } finally {
      places.release();
    }
  }

  private Object counted(Statement statement, Class<?> type) {
    return proxy(
        type,
        (self, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            executed.incrementAndGet();
            if (failsIn.get() > 0 && failsIn.decrementAndGet() == 0) {
              throw new SQLException("the driver is out of memory", "53200");
            }
          }
          return invoke(statement, method, arguments);
        });
  }

  private static Object invoke(Object on, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(Lender.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
