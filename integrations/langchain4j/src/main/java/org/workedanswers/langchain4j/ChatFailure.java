package org.workedanswers.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;

/** Why a chat model gave no reply, for a person. */
final class ChatFailure {
  private static final String TOO_SLOW =
      "did not answer in time: a longer time-out or a shorter prompt may help";

  private ChatFailure() {}

  /** The end of a sentence that begins with the model's name. */
  static String why(Throwable failure) {
    List<Throwable> chain = chain(failure);
    for (Throwable t : chain) {
      if (t instanceof ServerRefusal refusal) {
        return status(refusal.statusCode()) + refusal.details();
      }
      if (t instanceof ReplyTooLongException) {
        return "gave no reply that can be read: " + t.getMessage();
      }
      if (t instanceof HttpException http) {
        return status(http.statusCode());
      }
      if (t instanceof UnknownHostException
          || t instanceof UnresolvedAddressException // inside of a ConnectException
          || t instanceof UnresolvedModelServerException) {
        return "can't be reached: nobody knows the host of its address";
      }
    }
    for (Throwable t : chain) {
      String why = ofClass(t);
      if (why != null) {
        return why;
      }
    }
    Throwable root = chain.get(chain.size() - 1);
    return isJson(root)
        ? "gave what is no reply of a chat model: its address may be wrong"
        : "gave no reply that can be understood (" + root.getClass().getSimpleName() + ")";
  }

  /** The failure and what caused it; a circle ends. */
  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable t = failure; t != null && seen.add(t); t = t.getCause()) {
      chain.add(t);
    }
    return chain;
  }

  private static String status(int code) {
    return switch (code) {
      case 401, 403 -> "refuses the key, or wants one (HTTP " + code + ")";
      case 404 -> "is not there: its name or the address is wrong (HTTP 404)";
      case 408 -> TOO_SLOW + " (HTTP 408)";
      case 429 -> "takes no more requests for now: too many, or the quota is used up (HTTP 429)";
      default -> {
        if (code >= 500) {
          yield "failed on its own side; trying later may help (HTTP " + code + ")";
        }
        yield code >= 400
            ? "refuses the request (HTTP " + code + ")"
            : "answers what is no reply: the address may be wrong (HTTP " + code + ")";
      }
    };
  }

  /** By name, since Jackson is LangChain4j's business. */
  private static boolean isJson(Throwable t) {
    return t.getClass().getName().startsWith("com.fasterxml.jackson.");
  }

  private static String ofClass(Throwable t) {
    if (t instanceof TimeoutException
        || t instanceof HttpTimeoutException
        || t instanceof java.util.concurrent.TimeoutException) {
      return TOO_SLOW;
    }
    if (t instanceof InterruptedException) {
      return "was interrupted";
    }
    if (t instanceof InterruptedIOException) { // OkHttp's time-outs
      return TOO_SLOW;
    }
    if (t instanceof ConnectException) {
      return "can't be reached: nothing answers at its address; is the server running?";
    }
    if (t instanceof SSLException) {
      return "can't be reached by a secure connection: the address or its certificate is wrong";
    }
    if (t instanceof IOException && !isJson(t)) {
      return "broke the connection off before the reply was whole";
    }
    if (t instanceof AuthenticationException) {
      return "refuses the key, or wants one";
    }
    if (t instanceof ModelNotFoundException) {
      return "is not there: its name or the address is wrong";
    }
    if (t instanceof RateLimitException) {
      return "takes no more requests for now: too many, or the quota is used up";
    }
    if (t instanceof ContentFilteredException) {
      return "declines to answer this";
    }
    if (t instanceof InvalidRequestException) {
      return "refuses the request";
    }
    return t instanceof InternalServerException
        ? "gave a reply without an answer in it, or failed on its own side"
        : null;
  }
}
