package org.workedanswers.answers.wordnet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes the word out of an example of its use: {@code the night was ___}. */
public final class WordMask {
  /** What stands in the word's place. */
  public static final String BLANK = "___";

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:['’]\\p{L}+)?");

  /** A word in a text: from, to, and its letters in lower case. */
  private record Token(int from, int to, String text) {}

  private final WordNet wordNet;

  /** Knows the forms of words by WordNet's rules and lists. */
  public WordMask(WordNet wordNet) {
    this.wordNet = wordNet;
  }

  /**
   * The example with every form of the words masked, words of several parts as a whole; empty if no
   * form of them is found, or if nothing is left besides.
   */
  public Optional<String> mask(String example, List<String> words) {
    List<Token> tokens = tokens(example);
    boolean[] masked = new boolean[tokens.size()];
    int count = 0;
    for (String word : words) {
      List<Token> parts = tokens(word);
      for (int i = 0; i + parts.size() <= tokens.size(); i++) {
        for (int p = 0; p < parts.size() && isAt(tokens, i, parts); p++) {
          count += masked[i + p] ? 0 : 1;
          masked[i + p] = true;
        }
      }
    }
    return count == 0 || count == tokens.size()
        ? Optional.empty()
        : Optional.of(blanked(example, tokens, masked));
  }

  /** Whether the text still has one of the words, letter by letter; what a mask must have taken. */
  public static boolean leaks(String text, List<String> words) {
    List<String> tokens = tokens(text).stream().map(Token::text).toList();
    return words.stream()
        .map(word -> tokens(word).stream().map(Token::text).toList())
        .anyMatch(parts -> !parts.isEmpty() && Collections.indexOfSubList(tokens, parts) >= 0);
  }

  private boolean isAt(List<Token> tokens, int i, List<Token> parts) {
    for (int p = 0; p < parts.size(); p++) {
      if (!isForm(tokens.get(i + p).text(), parts.get(p).text())) {
        return false;
      }
    }
    return true;
  }

  private boolean isForm(String form, String word) {
    return form.equals(word)
        || form.replaceAll("['’]s?$", "").equals(word)
        || wordNet.baseForms(form).contains(word);
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    for (Matcher m = WORD.matcher(text); m.find(); ) {
      tokens.add(new Token(m.start(), m.end(), m.group().toLowerCase(Locale.ROOT)));
    }
    return tokens;
  }

  /** Neighbours that are masked share a blank if one space or sign parts them. */
  private static String blanked(String example, List<Token> tokens, boolean[] masked) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (int i = 0; i < masked.length; i++) {
      if (!masked[i]) {
        continue;
      }
      boolean joined = i > 0 && masked[i - 1] && tokens.get(i).from() - tokens.get(i - 1).to() <= 1;
      if (!joined) {
        text.append(example, at, tokens.get(i).from()).append(BLANK);
      }
      at = tokens.get(i).to();
    }
    return text.append(example.substring(at)).toString();
  }
}
