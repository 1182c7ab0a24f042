package org.workedanswers.huggingface;

import java.util.Set;

/**
 * Regular expressions of {@code tokenizer.json} as the JDK's. Hugging Face's tokenizers read
 * Oniguruma's; what the two read otherwise is written anew or refused, so that none cuts elsewhere
 * unnoticed. Nor does any go round without reading on: only what takes a character is counted.
 */
final class SplitPattern {
  private static final Set<String> GROUPS = Set.of(":", "=", "!", ">", "<=", "<!", "i:", "i)");

  /** The longest pattern; those in use have some hundred characters. */
  private static final int MAX_LENGTH = 4000;

  private SplitPattern() {}

  /**
   * The JDK's form.
   *
   * @throws IllegalArgumentException if a construct means something else there
   */
  static String java(TokenizerPart part) {
    String regex = part.text();
    if (regex.length() > MAX_LENGTH) {
      throw part.unsupported("a pattern of " + regex.length() + " characters");
    }
    StringBuilder java = new StringBuilder(regex.length() + 8);
    int depth = 0; // of brackets
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\' && i + 1 < regex.length()) {
        char next = regex.charAt(++i);
        if ("bBhHRXKGyYOZzAQE".indexOf(next) >= 0) {
          throw part.unsupported("a pattern with \\" + next);
        }
        java.append(c).append(next);
        if ((next == 'p' || next == 'P') && regex.startsWith("{", i + 1)) {
          int end = regex.indexOf('}', i);
          String name = end < 0 ? "" : regex.substring(i + 2, end);
          boolean negated = name.startsWith("^");
          if (name.isEmpty() || negated) {
            throw part.unsupported("a pattern with \\" + next + "{" + name);
          }
          // A category has one letter or two; what is longer is a script.
          java.append('{').append(name.length() > 2 ? "Is" : "").append(name).append('}');
          i = end;
        }
        continue;
      }
      if (c == '[') {
        depth++;
        if (regex.startsWith("[:", i)) {
          throw part.unsupported("a pattern with [:");
        }
      } else if (c == ']') {
        depth = Math.max(0, depth - 1);
      } else if (depth == 0 && c == '{' && i > 0 && regex.charAt(i - 1) == ')') {
        throw part.unsupported("a pattern that counts how often a group is repeated");
      } else if (depth == 0 && (c == '^' || c == '$')) {
        throw part.unsupported("a pattern with " + c);
      } else if (depth == 0 && regex.startsWith("(?", i)) {
        String rest = regex.substring(i + 2, Math.min(regex.length(), i + 4));
        if (GROUPS.stream().noneMatch(rest::startsWith)) {
          throw part.unsupported("a pattern with (?" + rest);
        }
      }
      java.append(c);
    }
    return java.toString();
  }
}
