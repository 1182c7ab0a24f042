package org.workedanswers.langchain4j;

import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's HTTP client for LangChain4j, with what its own adapter lacks: one time-out for all of a
 * call, body and retries included; a bound on the reply's length; Retry-After kept to; the key
 * taken out of what a server says.
 *
 * <p>A server that is busy (429, 503) or failed (500, 502, 504) is asked again, twice at most,
 * after the wait that it asks for, else after {@code pause} and twice that; never when the wait
 * would pass the time-out. It follows no redirection, which could carry the key elsewhere.
 */
final class PatientHttpClient implements HttpClient {
  /** How many requests a call makes at most. */
  static final int TRIES = 3;

  /** The longest reply, in bytes; a chat model's longest are below one. */
  static final int MOST_BYTES = 16 << 20;

  private static final Set<Integer> AGAIN = Set.of(429, 500, 502, 503, 504);

  private final java.net.http.HttpClient client;
  private final Duration timeout;
  private final Duration pause;
  private final String secret;

  /**
   * A client.
   *
   * @param http2 whether to offer HTTP/2, which some local servers take for an error
   * @param secret what is taken out of a refusal's text; empty for nothing
   */
  PatientHttpClient(Duration timeout, Duration pause, boolean http2, String secret) {
    this.timeout = timeout;
    this.pause = pause;
    this.secret = secret;
    this.client =
        java.net.http.HttpClient.newBuilder()
            .version(
                http2
                    ? java.net.http.HttpClient.Version.HTTP_2
                    : java.net.http.HttpClient.Version.HTTP_1_1)
            .followRedirects(java.net.http.HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public SuccessfulHttpResponse execute(HttpRequest request) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (int tries = 1; ; tries++) {
      HttpResponse<byte[]> response = once(request, deadline - System.nanoTime());
      int status = response.statusCode();
      if (200 <= status && status < 300) {
        return SuccessfulHttpResponse.builder()
            .statusCode(status)
            .headers(response.headers().map())
            .body(response.body())
            .build();
      }
      Optional<Duration> asked =
          response.headers().firstValue("retry-after").flatMap(PatientHttpClient::wait);
      Duration wait = asked.orElse(pause.multipliedBy(tries));
      if (tries == TRIES
          || !AGAIN.contains(status)
          || wait.compareTo(Duration.ofNanos(deadline - System.nanoTime())) >= 0) {
        throw new ServerRefusal(
            status,
            new String(response.body(), StandardCharsets.UTF_8),
            secret,
            asked.map(Duration::toSeconds),
            tries);
      }
      sleep(wait);
    }
  }

  private HttpResponse<byte[]> once(HttpRequest request, long nanos) {
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(jdkRequest(request), info -> new BoundedBody(MOST_BYTES));
    try {
      return future.get(nanos, TimeUnit.NANOSECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new TimeoutException("no whole reply within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a reply", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException io
          ? new UncheckedIOException(io)
          : new IllegalStateException(cause);
    } catch (CancellationException e) {
      throw new IllegalStateException("the request was cancelled", e);
    } finally {
      future.cancel(true); // ends the exchange where it still runs
    }
  }

  private static java.net.http.HttpRequest jdkRequest(HttpRequest request) {
    java.net.http.HttpRequest.Builder b =
        java.net.http.HttpRequest.newBuilder(URI.create(request.url()));
    request.headers().forEach((name, values) -> values.forEach(v -> b.header(name, v)));
    return b.method(
            request.method().name(),
            request.body() == null
                ? java.net.http.HttpRequest.BodyPublishers.noBody()
                : java.net.http.HttpRequest.BodyPublishers.ofString(request.body()))
        .build();
  }

  /** Seconds, or a date; nothing where it is neither. */
  private static Optional<Duration> wait(String retryAfter) {
    String value = retryAfter.trim();
    if (value.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), then);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static void sleep(Duration wait) {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting to try again", e);
    }
  }

  /** Replies in pieces are not asked for here. */
  @Override
  public void execute(
      HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
    throw new UnsupportedOperationException("this client reads whole replies alone");
  }
}
