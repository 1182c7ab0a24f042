package org.workedanswers.tokenizers;

import java.util.Arrays;

/**
 * SentencePiece's merges: any two pieces that make a third together, by its score. The highest
 * score has rank 0; equal scores have equal ranks.
 */
final class ScoredPairs implements Merger.Pairs {
  private final Vocabulary vocabulary;
  private final PieceType[] types;
  private final int[] ranks;

  /**
   * Ranks the scores.
   *
   * @throws IllegalArgumentException if there are not as many as pieces, or one is not finite
   */
  ScoredPairs(Vocabulary vocabulary, PieceType[] types, float[] scores) {
    this.vocabulary = vocabulary;
    this.types = types;
    Require.that(
        scores != null && scores.length == types.length,
        "%s scores for %d pieces: there must be as many",
        scores == null ? "no" : Integer.toString(scores.length),
        types.length);
    float[] negated = new float[scores.length];
    for (int i = 0; i < negated.length; i++) {
      Require.that(
          Math.abs(scores[i]) < Float.POSITIVE_INFINITY,
          "the score of piece %d is %s: it must be finite",
          i,
          scores[i]);
      negated[i] = scores[i] == 0 ? 0f : -scores[i]; // 0 and -0 are equal
    }
    float[] sorted = negated.clone();
    Arrays.sort(sorted);
    int distinct = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[distinct++] = sorted[i];
      }
    }
    ranks = new int[negated.length];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = Arrays.binarySearch(sorted, 0, distinct, negated[i]);
    }
  }

  @Override
  public long merge(int left, int right) {
    if (types[left] != PieceType.NORMAL || types[right] != PieceType.NORMAL) {
      return Merger.NO;
    }
    int merged = vocabulary.joined(left, right);
    return merged == Tokenizer.NONE || types[merged] != PieceType.NORMAL
        ? Merger.NO
        : Merger.pair(ranks[merged], merged);
  }
}
