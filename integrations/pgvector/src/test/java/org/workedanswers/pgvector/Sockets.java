package org.workedanswers.pgvector;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/**
 * Sockets that count round trips, a read behind a write, and that break at one of them. The driver
 * makes it, so what it counts is static.
 */
public final class Sockets extends SocketFactory {
  static final AtomicInteger TRIPS = new AtomicInteger();

  /** The round trip at whose end the connection breaks; none if it is not above 0. */
  static final AtomicInteger BREAKS_IN = new AtomicInteger();

  /** For the driver. */
  public Sockets() {}

  @Override
  public Socket createSocket() {
    return new Counting();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  private static final class Counting extends Socket {
    private boolean wrote;

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          look();
          return super.read();
        }

        @Override
        public int read(byte[] bytes, int from, int n) throws IOException {
          look();
          return super.read(bytes, from, n);
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(int b) throws IOException {
          wrote = true;
          out.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int n) throws IOException {
          wrote = true;
          out.write(bytes, from, n);
        }
      };
    }

    private void look() throws IOException {
      if (!wrote) {
        return;
      }
      wrote = false;
      TRIPS.incrementAndGet();
      if (BREAKS_IN.get() > 0 && BREAKS_IN.decrementAndGet() == 0) {
        close();
        throw new IOException("the cable was pulled");
      }
    }
  }
}
