package org.workedanswers.tokenizers;

import java.util.Arrays;
import java.util.List;

/** What a piece is for, as SentencePiece and GGUF's {@code token_type} number it from 1 on. */
enum PieceType {
  NORMAL,
  UNKNOWN,
  CONTROL,
  USER_DEFINED,
  UNUSED,
  BYTE;

  /**
   * The types of pieces: as numbered, or where there are no numbers all {@link #NORMAL}.
   *
   * @throws IllegalArgumentException if there are not as many as pieces, or a number is none of 1
   *     to 6
   */
  static PieceType[] of(int[] numbers, List<String> pieces) {
    PieceType[] types = new PieceType[pieces.size()];
    Arrays.fill(types, NORMAL);
    if (numbers != null) {
      Require.that(
          numbers.length == types.length,
          "%d types for %d pieces: there must be as many",
          numbers.length,
          types.length);
      for (int i = 0; i < types.length; i++) {
        Require.that(
            numbers[i] >= 1 && numbers[i] <= values().length,
            "the type of piece %d is %d: it must be in 1..%d",
            i,
            numbers[i],
            values().length);
        types[i] = values()[numbers[i] - 1];
      }
    }
    return types;
  }

  /** The types of pieces as they look: where a file has none. */
  static PieceType[] guess(List<String> pieces) {
    PieceType[] types = new PieceType[pieces.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] =
          switch (pieces.get(i).strip()) {
            case "<unk>" -> UNKNOWN;
            case "<s>", "</s>" -> CONTROL;
            default -> byteOf(pieces.get(i)) >= 0 ? BYTE : NORMAL;
          };
    }
    return types;
  }

  /** The byte that a piece {@code <0xNN>} stands for, or -1. */
  static int byteOf(String piece) {
    if (piece.length() != 6 || !piece.startsWith("<0x") || piece.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(piece.charAt(3), 16);
    int low = Character.digit(piece.charAt(4), 16);
    return high < 0 || low < 0 || piece.charAt(3) > 'f' || piece.charAt(4) > 'f'
        ? -1
        : 16 * high + low;
  }
}
