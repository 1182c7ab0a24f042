package org.workedanswers.langchain4j;

import java.io.IOException;

/** A server's reply has more bytes than a reply may have. */
final class ReplyTooLongException extends IOException {
  private static final long serialVersionUID = 1;

  ReplyTooLongException(int most) {
    super("it is longer than " + (most >> 20) + " MiB, and the rest was not read");
  }
}
