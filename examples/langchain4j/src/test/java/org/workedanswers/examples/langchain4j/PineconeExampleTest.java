package org.workedanswers.examples.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.langchain4j.EmbeddingStorePassages;

/** Pinecone's client, all of it but the database. */
class PineconeExampleTest {
  /** Everything but loopback goes through the proxy, so nothing leaves this machine. */
  private record Everywhere(Proxy proxy) {
    ProxySelector selector() {
      return new ProxySelector() {
        @Override
        public List<Proxy> select(URI uri) {
          return List.of(proxy);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {
          throw new AssertionError(e);
        }
      };
    }
  }

  @Test
  void theStoreIsMadeWithTheAddressThatTheServiceGives(@TempDir Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path keys = PineconeStandIn.keys(folder);
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String index =
        """
        {"name": "notes", "dimension": 2, "metric": "cosine", "host": "127.0.0.1:%d",
         "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}},
         "status": {"ready": true, "state": "Ready"}, "deletion_protection": "disabled",
         "vector_type": "dense"}
        """
            .formatted(port);
    ProxySelector before = ProxySelector.getDefault();
    String storeBefore = System.getProperty("javax.net.ssl.trustStore");
    try (PineconeStandIn service = new PineconeStandIn(keys, index)) {
      ProxySelector.setDefault(
          new Everywhere(new Proxy(Proxy.Type.HTTP, service.proxy())).selector());
      System.setProperty("javax.net.ssl.trustStore", keys.toString());
      System.setProperty("javax.net.ssl.trustStorePassword", PineconeStandIn.PASSWORD);
      EmbeddingStorePassages passages =
          PineconeExample.passages("dummy-key", "notes", new ExamplesTest.Lengths());
      assertEquals(
          List.of("CONNECT api.pinecone.io:443 HTTP/1.1", "GET /indexes/notes dummy-key"),
          service.asked());
      // The database itself, gRPC with TLS, is not there: the request is made and finds nobody.
      RuntimeException e = assertThrows(RuntimeException.class, () -> passages.apply("question"));
      assertTrue(e.toString().contains("UNAVAILABLE"), e.toString());
    } finally {
      ProxySelector.setDefault(before);
      System.clearProperty("javax.net.ssl.trustStorePassword");
      if (storeBefore == null) {
        System.clearProperty("javax.net.ssl.trustStore");
      } else {
        System.setProperty("javax.net.ssl.trustStore", storeBefore);
      }
    }
  }
}
