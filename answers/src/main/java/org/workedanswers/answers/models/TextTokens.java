package org.workedanswers.answers.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.Check;
import org.workedanswers.huggingface.TokenizerJson;
import org.workedanswers.tokenizers.SentencePieceBpe;
import org.workedanswers.tokenizers.Tokenizer;
import org.workedanswers.transformer.GgufTokenizer;

/**
 * How texts are a model's tokens.
 *
 * @param tokenizer text to tokens and back
 * @param before the tokens that the model wants before a text
 * @param ends the tokens that end one; the token of the beginning is among them, as with it another
 *     text begins
 */
public record TextTokens(Tokenizer tokenizer, List<Integer> before, Set<Integer> ends) {
  private static final int LLAMA2C_BEGIN = 1; // run.c names both by number
  private static final int LLAMA2C_END = 2;

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if a token before a text does not exist
   */
  public TextTokens {
    before = List.copyOf(before);
    ends = Set.copyOf(ends);
    for (int token : before) {
      Check.range("the token before a text", token, 0, tokenizer.size() - 1);
    }
  }

  /**
   * What a GGUF file brings.
   *
   * @throws IllegalArgumentException if the file brings none that is understood
   */
  public static TextTokens of(GgufModel model) {
    GgufTokenizer tokenizer = GgufTokenizer.of(model);
    List<Integer> before = tokenizer.begins() ? List.of(tokenizer.begin()) : List.of();
    return new TextTokens(tokenizer.tokenizer(), before, tokenizer.ends());
  }

  /**
   * Of a tokenizer's file: a {@code tokenizer.json} by that ending, else one of llama2.c's.
   *
   * @param ends what the model's own file names as ends
   * @throws IllegalArgumentException if it can't be read
   */
  public static TextTokens read(Path file, Set<Integer> ends) {
    if (String.valueOf(file.getFileName()).endsWith(".json")) {
      TokenizerJson json = TokenizerJson.read(file);
      List<Integer> before = new ArrayList<>();
      for (int token : json.before()) {
        before.add(token);
      }
      Set<Integer> all = new HashSet<>(ends);
      all.addAll(before);
      return new TextTokens(json.tokenizer(), before, all);
    }
    Tokenizer tokenizer;
    try {
      tokenizer = SentencePieceBpe.readLlama2c(file);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format("%s is no tokenizer of llama2.c's, and no .json: %s", file, e.getMessage()),
          e);
    }
    return new TextTokens(tokenizer, List.of(LLAMA2C_BEGIN), Set.of(LLAMA2C_BEGIN, LLAMA2C_END));
  }

  /** A text's tokens with those before it. */
  public int[] encode(String text) {
    int[] own = tokenizer.encode(text);
    int[] all = new int[before.size() + own.length];
    for (int i = 0; i < before.size(); i++) {
      all[i] = before.get(i);
    }
    System.arraycopy(own, 0, all, before.size(), own.length);
    return all;
  }
}
