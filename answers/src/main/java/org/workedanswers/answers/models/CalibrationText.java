package org.workedanswers.answers.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;
import org.workedanswers.transformer.LlamaConfig;

/** A text as a model's tokens, in sequences that it can take. */
public final class CalibrationText {
  /** How many tokens are taken where no number is named. */
  public static final int TOKENS = 4096;

  private static final int LONGEST = 2048; // tokens of a sequence
  private static final int CHARACTERS = 16; // of a token, at most: no more of a text is encoded

  private CalibrationText() {}

  /**
   * The first tokens of a file's text, in sequences of at most the model's context and {@value
   * #LONGEST}, each begun as the model wants it. {@code <|endoftext|>} stands between documents.
   *
   * @param most how many tokens are taken at most
   * @throws IllegalArgumentException if there is no text, or it is not UTF-8
   */
  public static List<int[]> sequences(DecoderFile file, Path text, int most) {
    return sequences(file, TextScore.documents(text), most);
  }

  /** The same of documents. */
  static List<int[]> sequences(DecoderFile file, List<String> documents, int most) {
    Check.positive("calibration tokens", most);
    List<int[]> sequences = new ArrayList<>();
    int begun = file.tokens().before().size();
    int longest = Math.min(file.config().context(), LONGEST);
    int left = most;
    for (String document : documents) {
      String part =
          document.substring(0, (int) Math.min(document.length(), (long) CHARACTERS * left));
      int[] tokens = file.tokens().encode(part);
      for (int at = begun; at < tokens.length && left > 0; ) {
        int count = Math.min(Math.min(longest - begun, tokens.length - at), left);
        if (count < 1) {
          break;
        }
        int[] sequence = Arrays.copyOf(tokens, begun + count);
        System.arraycopy(tokens, at, sequence, begun, count);
        sequences.add(sequence);
        at += count;
        left -= count;
      }
    }
    Check.that(!sequences.isEmpty(), "the calibration text has no token");
    long tokens = sequences.stream().mapToLong(s -> s.length).sum();
    checkMemory(file.config(), tokens, Runtime.getRuntime().maxMemory());
    return sequences;
  }

  /** All tokens pass a layer together: what they take there must fit beside the weights. */
  static void checkMemory(LlamaConfig config, long tokens, long limit) {
    ModelShape shape = config.shape();
    ModelShape.Attention a = shape.attention();
    long attention = (2L * a.heads() + 2L * a.kvHeads()) * a.headSize(); // Q, K, V and the output
    long values = 3L * shape.dModel() + attention + 2L * shape.feedForward().dFf();
    double bytes = (double) tokens * Float.BYTES * values;
    Check.that(
        bytes <= limit / 2.0,
        "%s calibration tokens take %s in a layer, and this Java machine may take %s: fewer are"
            + " taken by --calibrate-tokens, more memory by STUDY_JAVA_OPTS=-Xmx%dg in the environment",
        Numbers.count(tokens),
        Numbers.bytes(bytes),
        Numbers.bytes((double) limit),
        (long) Math.ceil(2 * bytes / (1L << 30)));
  }
}
