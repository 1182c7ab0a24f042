package org.workedanswers.opentelemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/**
 * Takes OTLP by HTTP on the loopback, reads the protocol buffers by their field numbers alone, and
 * keeps the names of spans and metrics.
 */
final class OtlpReceiver implements AutoCloseable {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  final List<String> spans = new CopyOnWriteArrayList<>();
  final List<String> metrics = new CopyOnWriteArrayList<>();
  final List<String> contentTypes = new CopyOnWriteArrayList<>();
  final List<String> bodies = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    // opentelemetry.proto: a request's resources, their scopes, the scopes' spans, a span's name.
    server.createContext("/v1/traces", exchange -> take(exchange, spans, 1, 2, 2, 5));
    // The same with metrics.
    server.createContext("/v1/metrics", exchange -> take(exchange, metrics, 1, 2, 2, 1));
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void take(HttpExchange exchange, List<String> names, int... path) throws IOException {
    contentTypes.add(exchange.getRequestHeaders().getFirst("Content-Type"));
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    byte[] body;
    try (InputStream raw = exchange.getRequestBody();
        InputStream in = zipped ? new GZIPInputStream(raw) : raw) {
      body = in.readAllBytes();
    }
    bodies.add(new String(body, StandardCharsets.ISO_8859_1));
    collect(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN), names, path, 0);
    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static void collect(ByteBuffer message, List<String> names, int[] path, int depth) {
    fields(
        message,
        (field, bytes) -> {
          if (field == path[depth] && depth + 1 < path.length) {
            collect(bytes, names, path, depth + 1);
          } else if (field == path[depth]) {
            names.add(StandardCharsets.UTF_8.decode(bytes).toString());
          }
        });
  }

  private static void fields(ByteBuffer message, BiConsumer<Integer, ByteBuffer> take) {
    while (message.hasRemaining()) {
      long tag = varint(message);
      switch ((int) (tag & 7)) {
        case VARINT -> varint(message);
        case FIXED_64 -> message.getLong();
        case FIXED_32 -> message.getInt();
        case BYTES -> {
          int length = Math.toIntExact(varint(message));
          ByteBuffer bytes =
              message.slice(message.position(), length).order(ByteOrder.LITTLE_ENDIAN);
          message.position(message.position() + length);
          take.accept((int) (tag >>> 3), bytes);
        }
        default -> throw new IllegalArgumentException("wire type of tag " + tag);
      }
    }
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
