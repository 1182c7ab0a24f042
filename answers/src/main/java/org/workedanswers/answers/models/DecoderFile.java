package org.workedanswers.answers.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.workedanswers.checkpoints.CheckpointException;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Llama2c;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.huggingface.LlamaFolder;
import org.workedanswers.huggingface.PeftAdapter;
import org.workedanswers.transformer.AdaptedLlama;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.GgufTokenizer;
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
   * Reads the head of a GGUF file, of one of llama2.c's (by its ending .bin), or of a folder in
   * Hugging Face's layout.
   *
   * @param tokenizer its tokenizer's file; empty where the model brings its own
   * @throws IllegalArgumentException if it can't be read, or is of a kind that is not understood
   */
  public static DecoderFile read(Path file, Optional<Path> tokenizer) {
    tokenizer.ifPresent(t -> Check.that(Files.isRegularFile(t), "%s is no file", t));
    if (Files.isDirectory(file)) {
      return folder(file, tokenizer);
    }
    Check.that(Files.isRegularFile(file), "%s is no file", file);
    boolean llama2c = file.getFileName().toString().endsWith(".bin");
    return named(file, () -> llama2c ? llama2c(file, tokenizer) : gguf(file, tokenizer));
  }

  /** What is refused is told with the file's name. */
  private static DecoderFile named(Path file, Supplier<DecoderFile> reading) {
    try {
      return reading.get();
    } catch (CheckpointException e) {
      throw e; // names it itself
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static DecoderFile gguf(Path file, Optional<Path> tokenizer) {
    GgufModel model = GgufModel.read(file);
    LlamaConfig config = Llama.config(model);
    TextTokens tokens =
        tokenizer
            .map(t -> TextTokens.read(t, GgufTokenizer.ends(model)))
            .orElseGet(() -> TextTokens.of(model));
    return new DecoderFile(config, model.tensors(), tokens);
  }

  private static DecoderFile llama2c(Path file, Optional<Path> tokenizer) {
    Llama2c model = Llama2c.read(file);
    Check.that(
        tokenizer.isPresent(),
        "a model of llama2.c's brings no tokenizer: --tokenizer names its file, as in --tokenizer"
            + " tokenizer.bin");
    TextTokens tokens = TextTokens.read(tokenizer.get(), Set.of());
    return new DecoderFile(Llama.config(model), model.tensors(), tokens);
  }

  private static DecoderFile folder(Path folder, Optional<Path> tokenizer) {
    LlamaFolder model = LlamaFolder.read(folder);
    Path own = folder.resolve("tokenizer.json");
    Check.that(
        tokenizer.isPresent() || Files.exists(own),
        "%s has no tokenizer.json: --tokenizer names another file",
        folder);
    TextTokens tokens = TextTokens.read(tokenizer.orElse(own), model.ends());
    return named(folder, () -> new DecoderFile(model.config(), model.tensors(), tokens));
  }

  /**
   * The decoder, if this Java machine has the memory for it and a sequence's keys and values.
   *
   * @param capacity the sequence's tokens
   * @throws IllegalArgumentException if it has not, or a tensor is missing or has another shape
   */
  public Decoder decoder(Storage storage, int capacity) {
    check(ModelMemory.of(this, storage, capacity), storage);
    return Llama.decoder(config, tensors, storage);
  }

  /**
   * The same with an adapter.
   *
   * @throws IllegalArgumentException if it is another model's, or as there
   */
  Decoder decoder(Storage storage, int capacity, AdapterFile adapter, Kernels kernels) {
    PeftAdapter read = adapter.read();
    ModelMemory bare = ModelMemory.of(this, storage, capacity);
    ModelMemory memory =
        adapter.named(
            () ->
                adapter.merged()
                    ? bare.with(read.bytes()).merged(this, storage, read.tensors())
                    : bare.with(read.bytes()));
    check(memory, storage);
    AdaptedLlama model = new AdaptedLlama(config, tensors, storage);
    var adapters = adapter.of(read, config);
    return adapter.merged()
        ? adapter.named(() -> model.merged(adapters, kernels))
        : model.beside(adapters);
  }

  private static void check(ModelMemory memory, Storage storage) {
    memory.check(storage, Runtime.getRuntime().maxMemory());
  }

  /** The same with another configuration. */
  DecoderFile with(LlamaConfig other) {
    return new DecoderFile(other, tensors, tokens);
  }
}
