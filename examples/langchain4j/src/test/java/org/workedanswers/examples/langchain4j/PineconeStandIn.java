package org.workedanswers.examples.langchain4j;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * api.pinecone.io on loopback. Pinecone's client knows no other address and asks there as it is
 * made; so a proxy on loopback leads it to a server with a certificate of that name.
 */
final class PineconeStandIn implements AutoCloseable {
  static final String HOST = "api.pinecone.io";
  static final String PASSWORD = "stand-in";

  private final HttpsServer server;
  private final ServerSocket proxy;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /**
   * Starts both.
   *
   * @param answer what every request gets, as JSON
   */
  PineconeStandIn(Path keys, String answer) throws IOException, GeneralSecurityException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = HttpsServer.create(new InetSocketAddress(loopback, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(keys)));
    server.createContext(
        "/",
        exchange -> {
          asked.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Api-Key"));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(threads);
    server.start();
    proxy = new ServerSocket(0, 8, loopback);
    threads.execute(this::accept);
  }

  /** A key and a certificate for the name, as a PKCS #12 file. */
  static Path keys(Path folder) throws IOException, InterruptedException {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "stand-in",
                "-dname",
                "CN=" + HOST,
                "-ext",
                "san=dns:" + HOST,
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(output);
    }
    return file;
  }

  private static SSLContext tls(Path keys) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  InetSocketAddress proxy() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.getLocalPort());
  }

  List<String> asked() {
    return asked;
  }

  private void accept() {
    while (!proxy.isClosed()) {
      try {
        Socket client = proxy.accept();
        threads.execute(() -> tunnel(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** CONNECT api.pinecone.io:443 is answered; then bytes go to and fro. */
  private void tunnel(Socket client) {
    try (client;
        Socket target =
            new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
      BufferedReader head =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1), 1);
      String first = head.readLine();
      String line = first;
      while (line != null && !line.isEmpty()) {
        line = head.readLine();
      }
      asked.add(first);
      boolean ours = first.startsWith("CONNECT " + HOST + ":443 ");
      client
          .getOutputStream()
          .write(
              (ours ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 403 No\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      if (ours) {
        threads.execute(() -> copy(client, target));
        copy(target, client);
      }
    } catch (IOException e) {
      // the client hung up
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      // one side hung up
    }
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
