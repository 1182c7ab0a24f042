package org.workedanswers.tokenizers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Cuts a text into the words that byte-level BPE merges within: no token reaches over a cut.
 *
 * <p>A regular expression says what a word is; classes are Unicode's, as the JDK at hand knows
 * them. What lies between two matches is a word too, or is dropped. Several can follow each other,
 * each cutting the words of the one before.
 *
 * <p>GPT-2's: A. Radford et al., <i>Language Models are Unsupervised Multitask Learners</i>, 2019,
 * {@code encoder.py}; the others are of tiktoken and of the models' own files.
 */
public final class PreTokenizer {
  /** What becomes of a text. */
  private enum Keep {
    ALL,
    MATCHES,
    GAPS
  }

  private record Step(Pattern pattern, Keep keep) {}

  /** Steps that a match may take for each char of the text; the known patterns take some ten. */
  private static final int STEPS = 1000;

  /** The text as one word. */
  public static final PreTokenizer NONE = new PreTokenizer(List.of());

  /** GPT-2's: contractions, letters, digits, other characters, each with a space before. */
  public static final PreTokenizer GPT2 =
      isolating(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

  /** Llama 3's, which is tiktoken's cl100k_base: at most three digits, line ends by themselves. */
  public static final PreTokenizer LLAMA3 = cl100k("{1,3}");

  /** Qwen 2's: as Llama 3's, but each digit by itself. */
  public static final PreTokenizer QWEN2 = cl100k("");

  /** Each digit by itself, then GPT-2's: StarCoder, SmolLM. */
  public static final PreTokenizer DIGITS_GPT2 = isolating("\\p{N}").then(GPT2);

  private final List<Step> steps;

  private PreTokenizer(List<Step> steps) {
    this.steps = steps;
  }

  private static PreTokenizer cl100k(String digits) {
    return isolating(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + digits
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
  }

  /**
   * Words are the matches, and what lies between two.
   *
   * @throws IllegalArgumentException if it is no regular expression of {@link Pattern}
   */
  public static PreTokenizer isolating(String regex) {
    return new PreTokenizer(List.of(new Step(pattern(regex), Keep.ALL)));
  }

  /**
   * Words are the matches; what lies between is dropped.
   *
   * @throws IllegalArgumentException if it is no regular expression of {@link Pattern}
   */
  public static PreTokenizer matches(String regex) {
    return new PreTokenizer(List.of(new Step(pattern(regex), Keep.MATCHES)));
  }

  /**
   * Words are what lies between two matches, which are dropped.
   *
   * @throws IllegalArgumentException if it is no regular expression of {@link Pattern}
   */
  public static PreTokenizer between(String regex) {
    return new PreTokenizer(List.of(new Step(pattern(regex), Keep.GAPS)));
  }

  private static Pattern pattern(String regex) {
    Require.that(regex != null, "there is no pattern: null");
    try {
      return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "the pattern " + Require.quoted(regex) + " can't be read: " + e.getDescription(), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException(
          "the pattern " + Require.quoted(regex) + " goes too deep", e);
    }
  }

  /**
   * The one that a GGUF file names in {@code tokenizer.ggml.pre}.
   *
   * @throws IllegalArgumentException if the name is not known here, with those that are
   */
  public static PreTokenizer ofGguf(String name) {
    return switch (String.valueOf(name).toLowerCase(Locale.ROOT)) {
      case "gpt-2", "phi-2", "mpt", "olmo", "jais", "gpt3-finnish", "dbrx-gpt2" -> GPT2;
      case "llama-bpe", "llama3", "llama-v3", "falcon3", "smaug-bpe", "dbrx" -> LLAMA3;
      case "qwen2", "qwen35", "stablelm2", "deepseek-r1-qwen", "megrez" -> QWEN2;
      case "starcoder", "smollm", "refact", "command-r", "codeshell", "exaone" -> DIGITS_GPT2;
      default ->
          throw new IllegalArgumentException(
              String.format(
                  "the pre-tokenizer %s is not known here: gpt-2, llama-bpe, qwen2, starcoder and"
                      + " their like are",
                  Require.quoted(String.valueOf(name))));
    };
  }

  /** This one, then another within each word. */
  public PreTokenizer then(PreTokenizer next) {
    List<Step> both = new ArrayList<>(steps);
    both.addAll(next.steps);
    return new PreTokenizer(List.copyOf(both));
  }

  /**
   * A text's words.
   *
   * @throws IllegalArgumentException if a pattern takes more than a thousand steps a character, or
   *     goes too deep for the stack
   */
  public List<String> split(String text) {
    List<String> words = text.isEmpty() ? List.of() : List.of(text);
    for (Step step : steps) {
      List<String> next = new ArrayList<>();
      try {
        words.forEach(word -> cut(word, step, next));
      } catch (StackOverflowError e) {
        // The JDK repeats groups by recursion: a pattern from a file may ask for any depth.
        throw new IllegalArgumentException(
            String.format(
                "the pattern %s goes too deep on a text of %d characters",
                Require.quoted(step.pattern().pattern()), text.length()),
            e);
      }
      words = next;
    }
    return words;
  }

  private static void cut(String text, Step step, List<String> words) {
    Matcher matcher = step.pattern().matcher(new Counted(text, step.pattern()));
    int done = 0;
    while (matcher.find()) {
      if (matcher.start() == matcher.end()) {
        continue;
      }
      if (done < matcher.start() && step.keep() != Keep.MATCHES) {
        words.add(text.substring(done, matcher.start()));
      }
      if (step.keep() != Keep.GAPS) {
        words.add(text.substring(matcher.start(), matcher.end()));
      }
      done = matcher.end();
    }
    if (done < text.length() && step.keep() != Keep.MATCHES) {
      words.add(text.substring(done));
    }
  }

  /** A text that counts how often it is read: a pattern from a file may try without end. */
  private static final class Counted implements CharSequence {
    private final String text;
    private final Pattern pattern;
    private long left;

    Counted(String text, Pattern pattern) {
      this.text = text;
      this.pattern = pattern;
      left = (long) STEPS * (text.length() + 1L);
    }

    @Override
    public char charAt(int i) {
      if (--left < 0) {
        throw new IllegalArgumentException(
            String.format(
                "the pattern %s takes more than %d steps a character on a text of %d characters",
                Require.quoted(pattern.pattern()), STEPS, text.length()));
      }
      return text.charAt(i);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return text.substring(from, to);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
