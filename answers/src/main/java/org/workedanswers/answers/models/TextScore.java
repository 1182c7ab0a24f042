package org.workedanswers.answers.models;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.workedanswers.answers.Progress;
import org.workedanswers.core.Check;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.LogLikelihood;
import org.workedanswers.transformer.Storage;

/**
 * How well a model foresees a text's documents, each trimmed, begun with the model's own token and
 * cut to its context.
 */
public final class TextScore {
  private static final String BETWEEN = "<|endoftext|>";
  private static final long MOST_BYTES = 1 << 26;

  private TextScore() {}

  /**
   * Reads a text's documents, which {@value #BETWEEN} parts.
   *
   * @throws IllegalArgumentException if there are none, or it is no text in UTF-8
   */
  public static List<String> documents(Path file) {
    String text;
    try {
      Check.that(Files.isRegularFile(file), "%s is no file", file);
      Check.that(Files.size(file) <= MOST_BYTES, "%s has more than %d bytes", file, MOST_BYTES);
      text = Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          e instanceof CharacterCodingException
              ? file + " is no text in UTF-8"
              : file + " can't be read: " + e,
          e);
    }
    List<String> documents =
        Arrays.stream(text.split(Pattern.quote(BETWEEN)))
            .map(String::strip)
            .filter(d -> !d.isEmpty())
            .toList();
    Check.that(!documents.isEmpty(), "%s holds no text", file);
    return documents;
  }

  /**
   * Scores them; weights stay as they are in the file, activations are floats.
   *
   * @throws IllegalArgumentException if no token is foreseen, or the model can't be used
   */
  public static LogLikelihood of(DecoderFile file, List<String> documents, Compute compute) {
    int context = file.config().context();
    Decoder decoder = file.decoder(Storage.STORED, Math.min(context, 4096));
    return of(decoder, file, documents, compute, context);
  }

  /**
   * The same of another form of the file's model.
   *
   * @param context how many tokens of a document are given at most
   */
  static LogLikelihood of(
      Decoder decoder, DecoderFile file, List<String> documents, Compute compute, int context) {
    LogLikelihood all = LogLikelihood.NONE;
    Progress progress = Progress.of("documents", documents.size());
    int done = 0;
    try {
      for (String document : documents) {
        int[] tokens = file.tokens().encode(document);
        int longest = (int) Math.min(tokens.length, context + 1L); // the last one is not fed
        if (longest > 1) {
          int[] cut = Arrays.copyOf(tokens, longest);
          all = all.plus(LogLikelihood.of(decoder, compute, cut));
        }
        progress.at(++done);
      }
    } finally {
      progress.end();
    }
    Check.that(all.tokens() > 0, "the text has no token to foresee");
    return all;
  }
}
