package org.workedanswers.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.workedanswers.tokenizers.ByteLevelBpe;
import org.workedanswers.tokenizers.Tokenizer;
import org.workedanswers.tokenizers.WordPiece;

/**
 * Cutting a text of 100,000 characters into pieces, on one thread: the time of one character. What
 * 1000 ns are divided by is millions of characters a second.
 *
 * <p>Pitfalls. Words and vocabularies are made up ({@link SyllableText}), so that nothing must be
 * fetched: a vocabulary that was learned has four times as many pieces, and real texts have
 * punctuation, digits and accents, which cost more. Where all words are common a cut is little more
 * than a look-up. {@code unbroken} is the worst case, one word of 100,000 characters: WordPiece
 * gives up on it and says [UNK], which is quick, while merging has to stay below the square of the
 * length. Tokens are returned, so the JIT can't leave anything out.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SyllableText.CHARACTERS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class TokenizersBenchmark {
  /** What is cut. */
  @Param({"common", "rare", "unbroken"})
  public String text;

  private String cut;
  private WordPiece wordPiece;
  private ByteLevelBpe byteLevelBpe;

  /** Makes the text and the vocabularies, and puts what was cut together again. */
  @Setup
  public void setup() {
    SyllableText words = new SyllableText();
    cut =
        switch (text) {
          case "common" -> words.common();
          case "rare" -> words.rare();
          case "unbroken" -> words.unbroken();
          default ->
              throw new IllegalArgumentException(
                  "text is " + text + ": there are common, rare and unbroken");
        };
    wordPiece = words.wordPiece();
    byteLevelBpe = words.byteLevelBpe();
    check(byteLevelBpe, cut);
    check(wordPiece, cut.contains(" ") ? cut : "[UNK]");
  }

  private void check(Tokenizer tokenizer, String expected) {
    String together = tokenizer.decode(tokenizer.encode(cut));
    if (!together.equals(expected)) {
      throw new IllegalStateException(
          tokenizer.getClass().getSimpleName() + " does not give the text that it has cut");
    }
  }

  /** The longest piece first, word by word. */
  @Benchmark
  public int[] wordPiece() {
    return wordPiece.encode(cut);
  }

  /** The best pair first, word by word. */
  @Benchmark
  public int[] byteLevelBpe() {
    return byteLevelBpe.encode(cut);
  }
}
