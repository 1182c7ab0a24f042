package org.workedanswers.embeddings;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.tokenizers.WordPiece;

/** Random texts of known numbers of tokens: words and signs of a vocabulary, a piece each. */
final class Sentences {
  private Sentences() {}

  /** A text of n tokens, [CLS] and [SEP] not counted. */
  static String of(WordPiece tokenizer, SeededRandom random, int n) {
    List<String> words = new ArrayList<>();
    while (words.size() < n) {
      String piece = tokenizer.piece(1000 + random.below(tokenizer.size() - 1000));
      if (piece.matches("[a-z]+|[.,;!?]")) {
        words.add(piece);
      }
    }
    return String.join(" ", words);
  }

  /** A length of 1 to most; as many below 32 as from there on. */
  static int length(SeededRandom random, int most) {
    return 1 + random.below(random.coin() ? Math.min(31, most) : most);
  }
}
