package org.workedanswers.langchain4j;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import java.time.Duration;

/** Hands LangChain4j a client that is made already; the time-outs that it sets are the client's. */
final class PatientHttpClientBuilder implements HttpClientBuilder {
  private final PatientHttpClient client;
  private Duration connectTimeout;
  private Duration readTimeout;

  PatientHttpClientBuilder(PatientHttpClient client) {
    this.client = client;
  }

  @Override
  public Duration connectTimeout() {
    return connectTimeout;
  }

  @Override
  public HttpClientBuilder connectTimeout(Duration timeout) {
    connectTimeout = timeout;
    return this;
  }

  @Override
  public Duration readTimeout() {
    return readTimeout;
  }

  @Override
  public HttpClientBuilder readTimeout(Duration timeout) {
    readTimeout = timeout;
    return this;
  }

  @Override
  public HttpClient build() {
    return client;
  }
}
