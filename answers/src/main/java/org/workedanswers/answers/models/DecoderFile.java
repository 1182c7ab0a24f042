package org.workedanswers.answers.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Llama;
import org.workedanswers.transformer.LlamaConfig;
import org.workedanswers.transformer.Storage;

/**
 * A decoder as it lies in its file, and how texts are its tokens.
 *
 * @param config what it is
 * @param tensors its weights by GGUF's names
 * @param tokens how texts are its tokens
 */
public record DecoderFile(LlamaConfig config, Map<String, Tensor> tensors, TextTokens tokens) {
  /**
   * Checks that model and tokenizer can belong together.
   *
   * @throws IllegalArgumentException if the tokenizer has more tokens than the model
   */
  public DecoderFile {
    int vocabulary = config.shape().embedding().vocabulary();
    Check.that(
        tokens.tokenizer().size() <= vocabulary,
        "the tokenizer has %d tokens and the model %d: they do not belong together",
        tokens.tokenizer().size(),
        vocabulary);
  }

  /**
   * Reads a file's head.
   *
   * @param tokenizer its tokenizer's file; empty where the model's file brings its own
   * @throws IllegalArgumentException if it can't be read, or is of a kind that is not understood
   */
  public static DecoderFile read(Path file, Optional<Path> tokenizer) {
    Check.that(Files.isRegularFile(file), "%s is no file", file);
    tokenizer.ifPresent(t -> Check.that(Files.isRegularFile(t), "%s is no file", t));
    GgufModel model = GgufModel.read(file);
    try {
      LlamaConfig config = Llama.config(model);
      TextTokens tokens =
          tokenizer
              .map(t -> TextTokens.read(t, TextTokens.ends(model)))
              .orElseGet(() -> TextTokens.of(model));
      return new DecoderFile(config, model.tensors(), tokens);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The decoder, if this Java machine has the memory for it and a sequence's keys and values.
   *
   * @param capacity the sequence's tokens
   * @throws IllegalArgumentException if it has not, or a tensor is missing or has another shape
   */
  public Decoder decoder(Storage storage, int capacity) {
    ModelMemory.of(this, storage, capacity).check(storage, Runtime.getRuntime().maxMemory());
    return Llama.decoder(config, tensors, storage);
  }

  /** The same with another configuration. */
  DecoderFile with(LlamaConfig other) {
    return new DecoderFile(other, tensors, tokens);
  }
}
