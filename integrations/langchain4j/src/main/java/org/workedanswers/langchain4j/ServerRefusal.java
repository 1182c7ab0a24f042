package org.workedanswers.langchain4j;

import dev.langchain4j.exception.HttpException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's reply that is no success, with what of it a person may read. */
final class ServerRefusal extends HttpException {
  private static final long serialVersionUID = 1;

  private static final int MOST = 300;

  /** How much of what it says is looked at. */
  private static final int LOOKED_AT = 1 << 16;

  /** {"error": {"message": "..."}}, {"error": "..."}, {"message": "..."}. */
  private static final Pattern ERROR =
      Pattern.compile("\"(?:message|error|detail)\"\\s*:\\s*\"((?:[^\"\\\\]++|\\\\.){1,300})");

  private final String details;

  /**
   * A refusal.
   *
   * @param body what the server says
   * @param secret what is taken out of it; empty for nothing
   * @param wait how many seconds it asks to wait
   * @param tries how many requests were made
   */
  ServerRefusal(int statusCode, String body, String secret, Optional<Long> wait, int tries) {
    super(statusCode, shown(body, secret));
    String says = getMessage();
    details =
        (tries > 1 ? ", " + tries + " times" : "")
            + wait.map(s -> "; it asks to wait " + s + " s").orElse("")
            + (says.isEmpty() ? "" : ". It says: " + says);
  }

  /** More than the status: the end of a sentence, perhaps empty. */
  String details() {
    return details;
  }

  /**
   * The error's message, else the text if it is none for a browser; one line, no controls. The
   * secret is looked for last, when nothing is written in another way any more.
   */
  private static String shown(String whole, String secret) {
    String body = whole.substring(0, Math.min(whole.length(), LOOKED_AT));
    Matcher m = ERROR.matcher(body);
    String text =
        m.find()
            ? m.group(1).replaceAll("\\\\[nrt]", " ").replaceAll("\\\\(.)", "$1")
            : body.stripLeading().startsWith("<") ? "" : body;
    String line = text.replaceAll("\\p{Cf}+", "").replaceAll("[\\p{Cntrl}\\s]+", " ").trim();
    if (!secret.isEmpty()) {
      line = line.replace(secret, "[the key]");
    }
    if (line.length() <= MOST) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(MOST - 1)) ? MOST - 1 : MOST;
    return line.substring(0, end) + " ...";
  }
}
