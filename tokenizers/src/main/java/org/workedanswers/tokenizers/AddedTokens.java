package org.workedanswers.tokenizers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Finds added tokens in a text: from the left, the longest where several begin. What lies between
 * them is left to the scheme.
 */
final class AddedTokens {
  /** A part of a text: an added token, or what lies between two ({@link Tokenizer#NONE}). */
  record Part(int token, int from, int to) {}

  private static final class Node {
    final Map<Character, Node> next = new HashMap<>();
    AddedToken end;
  }

  private final Node root = new Node();
  private final boolean empty;

  private AddedTokens(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    empty = tokens.isEmpty();
    for (AddedToken token : tokens) {
      String content = normalizer.apply(token.content());
      Node node = root;
      for (int i = 0; i < content.length(); i++) {
        node = node.next.computeIfAbsent(content.charAt(i), c -> new Node());
      }
      node.end = node == root ? null : token;
    }
  }

  /** Those that are looked for in the text as it is. */
  static AddedTokens raw(List<AddedToken> tokens) {
    return new AddedTokens(
        tokens.stream().filter(t -> !t.normalized()).toList(), UnaryOperator.identity());
  }

  /** Those that are looked for in the normalised text. */
  static AddedTokens normalized(List<AddedToken> tokens, UnaryOperator<String> normalizer) {
    return new AddedTokens(tokens.stream().filter(AddedToken::normalized).toList(), normalizer);
  }

  /** The parts of a text in their order; none is empty. */
  List<Part> split(String text) {
    List<Part> parts = new ArrayList<>();
    int done = 0;
    int at = 0;
    while (!empty && at < text.length()) {
      AddedToken found = null;
      int end = at;
      Node node = root.next.get(text.charAt(at));
      for (int i = at + 1; node != null; i++) {
        if (node.end != null) {
          found = node.end;
          end = i;
        }
        node = i < text.length() ? node.next.get(text.charAt(i)) : null;
      }
      if (found == null) {
        at++;
        continue;
      }
      if (!found.singleWord() || isAlone(text, at, end)) {
        int from = found.leftStrip() ? Math.max(done, spaceBefore(text, at)) : Math.max(done, at);
        int to = found.rightStrip() ? spaceBehind(text, end) : end;
        if (done < from) {
          parts.add(new Part(Tokenizer.NONE, done, from));
        }
        parts.add(new Part(found.id(), from, to));
        done = to;
      }
      at = end;
    }
    if (done < text.length()) {
      parts.add(new Part(Tokenizer.NONE, done, text.length()));
    }
    return parts;
  }

  private static boolean isAlone(String text, int from, int to) {
    return (from == 0 || !isWord(text.codePointBefore(from)))
        && (to == text.length() || !isWord(text.codePointAt(to)));
  }

  private static int spaceBefore(String text, int at) {
    while (at > 0 && Text.isSpace(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static int spaceBehind(String text, int at) {
    while (at < text.length() && Text.isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** A letter, mark, digit or connector, as \w of regular expressions has it for Unicode. */
  private static boolean isWord(int c) {
    int type = Character.getType(c);
    return Character.isAlphabetic(c)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.CONNECTOR_PUNCTUATION
        || c == 0x200C
        || c == 0x200D;
  }
}
