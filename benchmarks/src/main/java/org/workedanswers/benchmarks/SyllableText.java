package org.workedanswers.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.tokenizers.AddedToken;
import org.workedanswers.tokenizers.ByteLevelBpe;
import org.workedanswers.tokenizers.Merge;
import org.workedanswers.tokenizers.Vocabulary;
import org.workedanswers.tokenizers.WordPiece;

/**
 * Words of one to four syllables with Zipf's frequencies, texts of them, and vocabularies to cut
 * them: the word of rank r comes 1 / r as often as the first. The commonest words are pieces
 * themselves and so are all their beginnings, as merging letter by letter leaves them, with and
 * without a space ahead; of WordPiece the endings of two letters as well.
 */
final class SyllableText {
  /** How many characters a text has. */
  static final int CHARACTERS = 100_000;

  private static final int WORDS = 40_000;
  private static final int COMMONEST = 8_000;
  private static final int MOST_SYLLABLES = 4;
  private static final String CONSONANTS = "bcdfghklmnprstvw";
  private static final String VOWELS = "aeiou";
  private static final int BYTES = 256;
  private static final char FIRST_OTHER = 0x100; // what stands for a byte that is not printable

  private final List<String> words;

  SyllableText() {
    SeededRandom random = new SeededRandom(19);
    Set<String> distinct = new LinkedHashSet<>();
    while (distinct.size() < WORDS) {
      StringBuilder word = new StringBuilder();
      for (int s = random.below(MOST_SYLLABLES); s >= 0; s--) {
        word.append(CONSONANTS.charAt(random.below(CONSONANTS.length())))
            .append(VOWELS.charAt(random.below(VOWELS.length())));
        if (random.uniform() < 0.3) {
          word.append(CONSONANTS.charAt(random.below(CONSONANTS.length())));
        }
      }
      distinct.add(word.toString());
    }
    words = List.copyOf(distinct);
  }

  /** A text as texts are: common words for the most part. */
  String common() {
    return text(" ", 0);
  }

  /** A text of words that are no pieces. */
  String rare() {
    return text(" ", COMMONEST);
  }

  /** The rare words without a space between them. */
  String unbroken() {
    return text("", COMMONEST);
  }

  private String text(String between, int first) {
    SeededRandom random = new SeededRandom(20);
    StringBuilder text = new StringBuilder();
    while (text.length() < CHARACTERS) {
      int rank = (int) Math.pow(WORDS - first, random.uniform()) - 1;
      text.append(words.get(first + rank)).append(between);
    }
    text.setLength(CHARACTERS - 1);
    return text.append('a').toString();
  }

  /** BERT's kind of tokenizer. */
  WordPiece wordPiece() {
    Set<String> pieces = new LinkedHashSet<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]"));
    for (char c = 'a'; c <= 'z'; c++) {
      pieces.add(String.valueOf(c));
      pieces.add("##" + c);
    }
    for (String word : words.subList(0, COMMONEST)) {
      pieces.add(word);
      pieces.add("##" + word.substring(word.length() - 2));
    }
    return WordPiece.of(List.copyOf(pieces), WordPiece.Settings.UNCASED);
  }

  /** GPT-2's kind of tokenizer. */
  ByteLevelBpe byteLevelBpe() {
    Set<String> pieces = new LinkedHashSet<>();
    char other = FIRST_OTHER;
    for (int b = 0; b < BYTES; b++) {
      boolean printable = b > ' ' && b < 0x7F || b > 0xA0 && b != 0xAD;
      pieces.add(String.valueOf(printable ? (char) b : other++));
    }
    List<Merge> merges = new ArrayList<>();
    for (String word : words.subList(0, COMMONEST)) {
      for (String piece : List.of((char) (FIRST_OTHER + ' ') + word, word)) {
        for (int end = 2; end <= piece.length(); end++) {
          if (pieces.add(piece.substring(0, end))) {
            merges.add(new Merge(piece.substring(0, end - 1), piece.substring(end - 1, end)));
          }
        }
      }
    }
    List<AddedToken> none = List.of();
    return ByteLevelBpe.of(
        Vocabulary.of(List.copyOf(pieces)), merges, ByteLevelBpe.Settings.GPT2, none);
  }
}
