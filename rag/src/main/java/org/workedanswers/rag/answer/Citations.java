package org.workedanswers.rag.answer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.chunk.Sentences;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.store.Passage;

/**
 * Reads the citations of an answer, {@code [1]}, {@code [2][5]}, {@code [1, 3]}, {@code [1 and 3]},
 * {@code [1-3]} or {@code 【1】}, and checks them against the passages. They are taken out of the
 * text, but for a number of 1000 or more that is no passage's: it may be a year.
 *
 * <p>The check of what a passage says is one of words: a passage that shares no words with a
 * sentence can't be its source, one that does may still say something else.
 */
public final class Citations {
  /** The support below which a statement is not taken for one that its passages hold. */
  public static final double LEAST_SUPPORT = 0.4;

  private static final String NUMBER = "\\d{1,9}";
  private static final String BETWEEN = "\\s*(?:[-–,;&]|,?\\s*\\band\\b)\\s*";
  private static final String NUMBERS =
      "[\\[【]\\s*" + NUMBER + "(?:" + BETWEEN + NUMBER + ")*\\s*[\\]】]";
  private static final Pattern CITATION = Pattern.compile(NUMBERS);

  /** Citations behind a full stop; they belong ahead of it. */
  private static final Pattern BEHIND =
      Pattern.compile("([.!?…]+[\"'”’)]*)((?:[ \\t]*" + NUMBERS + ")+)(?=\\s|$)");

  private static final Pattern PART =
      Pattern.compile("(" + NUMBER + ")(?:\\s*[-–]\\s*(" + NUMBER + "))?");

  /** What a citation leaves behind that stood alone in brackets. */
  private static final Pattern EMPTY =
      Pattern.compile("\\(\\s*(?:(?:see|cf\\.?|source:?)\\s*)?\\)", Pattern.CASE_INSENSITIVE);

  private static final int YEARS = 1000; // from here on a number may be what the sentence says
  private static final EnglishAnalyzer WORDS = new EnglishAnalyzer();

  private Citations() {}

  /** An answer's sentences with what they cite of the passages, of which number 1 is the first. */
  public static List<Statement> of(String answer, List<Passage> passages) {
    List<Statement> statements = new ArrayList<>();
    String ahead = BEHIND.matcher(answer).replaceAll("$2$1");
    for (Span span : Sentences.of(ahead)) {
      String sentence = span.of(ahead);
      Set<Integer> cited = new LinkedHashSet<>();
      Set<Integer> unknown = new LinkedHashSet<>();
      Matcher citation = CITATION.matcher(sentence);
      while (citation.find()) {
        for (int number : numbers(citation.group(), passages.size())) {
          (number >= 1 && number <= passages.size() ? cited : unknown).add(number);
        }
      }
      String text =
          tidy(
              CITATION
                  .matcher(sentence)
                  .replaceAll(
                      c ->
                          isText(numbers(c.group(), passages.size()), passages.size())
                              ? Matcher.quoteReplacement(c.group())
                              : ""));
      if (!text.isEmpty()) {
        List<Integer> numbers = List.copyOf(cited);
        double support = support(text, numbers.stream().map(n -> passages.get(n - 1)).toList());
        statements.add(new Statement(text, numbers, List.copyOf(unknown), support));
      }
    }
    return statements;
  }

  /** The numbers in brackets; of a range no more than shows that it is too long. */
  private static List<Integer> numbers(String brackets, int passages) {
    List<Integer> numbers = new ArrayList<>();
    Matcher part = PART.matcher(brackets);
    while (part.find()) {
      int from = Integer.parseInt(part.group(1));
      int to = part.group(2) == null ? from : Integer.parseInt(part.group(2));
      numbers.add(from);
      for (int n = from + 1; n < to && n <= passages; n++) {
        numbers.add(n);
      }
      if (to != from) {
        numbers.add(to);
      }
    }
    return numbers;
  }

  private static boolean isText(List<Integer> numbers, int passages) {
    return numbers.stream().allMatch(n -> n > passages && n >= YEARS);
  }

  private static String tidy(String text) {
    return EMPTY
        .matcher(text)
        .replaceAll("")
        .replaceAll("\\s+", " ")
        .replaceAll(" +([.,;:!?])", "$1")
        .strip();
  }

  /** The share of a sentence's words that passages hold; see {@link Statement#support}. */
  public static double support(String sentence, List<Passage> passages) {
    if (passages.isEmpty()) {
      return 0;
    }
    Set<String> words = new HashSet<>(WORDS.terms(sentence));
    if (words.isEmpty()) {
      return 1;
    }
    Set<String> held = new HashSet<>();
    passages.forEach(p -> held.addAll(WORDS.terms(p.searched())));
    return (double) words.stream().filter(held::contains).count() / words.size();
  }
}
