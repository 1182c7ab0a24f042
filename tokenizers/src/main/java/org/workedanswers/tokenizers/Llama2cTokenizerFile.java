package org.workedanswers.tokenizers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the file that llama2.c's {@code tokenizer.py} writes. */
final class Llama2cTokenizerFile {
  private Llama2cTokenizerFile() {}

  /**
   * Reads it.
   *
   * @param size how many pieces to read, or {@link Tokenizer#NONE} for all
   */
  static SentencePieceBpe read(byte[] file, int size) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    Require.that(in.remaining() >= 4, "a file of %d bytes is no tokenizer's", file.length);
    int longest = in.getInt();
    List<String> pieces = new ArrayList<>();
    float[] scores = new float[file.length / 8];
    while (size == Tokenizer.NONE ? in.hasRemaining() : pieces.size() < size) {
      int at = in.position();
      Require.that(
          in.remaining() >= 8,
          "the file ends at byte %d, within piece %d%s",
          file.length,
          pieces.size(),
          size == Tokenizer.NONE ? "" : " of " + size);
      scores[pieces.size()] = in.getFloat();
      int length = in.getInt();
      Require.that(
          length >= 0 && length <= Math.min(longest, in.remaining()),
          "piece %d, at byte %d, has %d bytes: the longest should have %d, and %d are left",
          pieces.size(),
          at,
          length,
          longest,
          in.remaining());
      pieces.add(TextFile.utf8("piece " + pieces.size(), in.slice(in.position(), length)));
      in.position(in.position() + length);
    }
    scores = Arrays.copyOf(scores, pieces.size());
    return SentencePieceBpe.of(pieces, scores, null, SentencePieceBpe.Settings.LLAMA2C);
  }
}
