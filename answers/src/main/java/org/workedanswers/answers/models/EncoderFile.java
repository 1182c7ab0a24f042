package org.workedanswers.answers.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.ModelShape;
import org.workedanswers.embeddings.Pooling;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.huggingface.TokenizerJson;
import org.workedanswers.tokenizers.WordPiece;
import org.workedanswers.transformer.Bert;
import picocli.CommandLine.Option;

/**
 * A BERT encoder from a file that a person names, with what the file does not say.
 *
 * <p>Layers and widths are those of the tensors' shapes. Heads leave no trace there: they come from
 * a {@code config.json} beside the file, or are named.
 */
public final class EncoderFile {
  private static final String LAYER = "encoder.layer.";
  private static final int CONFIG_BYTES = 1 << 20;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "a BERT encoder: an ONNX file, or the folder of one with its tokenizer.json and"
              + " config.json (default: all-MiniLM-L6-v2)")
  private Path model;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "the model's tokenizer.json, WordPiece (default: the one beside it)")
  private Path tokenizer;

  @Option(
      names = "--pooling",
      paramLabel = "WAY",
      description =
          "how a text's vectors become one: mean, or first, as bge wants it (default: mean)")
  private String pooling;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "heads of a layer (default: what config.json says)")
  private Integer heads;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "tokens after which a text is cut (default: 256 for MiniLM, else all positions)")
  private Integer maxTokens;

  /** Whether a file is named. */
  public boolean named() {
    return model != null;
  }

  /**
   * The encoder of the file.
   *
   * @throws IllegalArgumentException if a file is missing, is none, or does not fit the others
   */
  public SentenceEncoder open(Kernels kernels, Loop loop) {
    Path file = Files.isDirectory(model) ? onnxIn(model) : model;
    Check.that(Files.isRegularFile(file), "--model: there is no file %s", file);
    Path words = tokenizer == null ? beside(file, "tokenizer.json") : tokenizer;
    Check.that(
        words != null, "--tokenizer is not named, and no tokenizer.json lies beside %s", file);
    WordPiece pieces = wordPiece(words);
    JsonNode config = config(beside(file, "config.json"));
    OnnxModel weights = OnnxModel.read(file);
    ModelShape shape = shape(file, weights, config);
    int positions = shape.embedding().positions();
    int most = maxTokens == null ? positions : maxTokens;
    Check.that(
        most >= 2 && most <= positions,
        "--max-tokens is %d: [CLS] and [SEP] take 2, and the model has positions for %d",
        most,
        positions);
    double epsilon = config.path("layer_norm_eps").asDouble(Bert.EPSILON);
    Check.that(epsilon > 0 && epsilon < 1, "config.json: layer_norm_eps is %s", epsilon);
    return new SentenceEncoder(
        Bert.encoder(shape, epsilon, weights),
        pieces,
        new SentenceEncoder.Settings(shape.name(), pooling(), most),
        kernels,
        loop);
  }

  /**
   * Refuses what belongs to a file where none is named.
   *
   * @throws IllegalArgumentException if there is such an option
   */
  public void checkNoneNamed() {
    Check.that(
        tokenizer == null && pooling == null && heads == null && maxTokens == null,
        "--tokenizer, --pooling, --heads and --max-tokens belong to --model, which is not named");
  }

  private Pooling pooling() {
    String way = pooling == null ? "mean" : pooling;
    Check.that(
        way.equals("mean") || way.equals("first"), "--pooling %s: there are mean and first", way);
    return way.equals("mean") ? Pooling.MEAN : Pooling.FIRST;
  }

  private static WordPiece wordPiece(Path file) {
    if (TokenizerJson.read(file).tokenizer() instanceof WordPiece pieces) {
      return pieces;
    }
    throw new IllegalArgumentException(file + " is not of WordPiece, which BERT's encoders have");
  }

  /** The ONNX file of a folder, or of its folder "onnx". */
  private static Path onnxIn(Path folder) {
    for (Path place : List.of(folder, folder.resolve("onnx"))) {
      if (!Files.isDirectory(place)) {
        continue;
      }
      List<Path> found;
      try (Stream<Path> files = Files.list(place)) {
        found = files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
      } catch (IOException e) {
        throw new IllegalArgumentException(place + " can't be read: " + e.getMessage(), e);
      }
      Path usual = place.resolve("model.onnx");
      if (found.contains(usual)) {
        return usual;
      }
      Check.that(
          found.size() <= 1, "--model: %s holds %d ONNX files: name one", place, found.size());
      if (found.size() == 1) {
        return found.get(0);
      }
    }
    throw new IllegalArgumentException("--model: there is no ONNX file in " + folder);
  }

  /**
   * A file of that name in the model's folder, or above its folder "onnx"; null if there is none.
   */
  private static Path beside(Path file, String name) {
    Path own = file.toAbsolutePath().getParent();
    if (Files.isRegularFile(own.resolve(name))) {
      return own.resolve(name);
    }
    boolean below = own.endsWith("onnx") && own.getParent() != null;
    Path above = below ? own.getParent().resolve(name) : null;
    return above != null && Files.isRegularFile(above) ? above : null;
  }

  private static JsonNode config(Path file) {
    ObjectMapper mapper = new ObjectMapper();
    if (file == null) {
      return mapper.createObjectNode();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(CONFIG_BYTES + 1);
      Check.that(bytes.length <= CONFIG_BYTES, "%s is too large for a config.json", file);
      JsonNode config = mapper.readTree(bytes);
      Check.that(config.isObject(), "%s is no JSON object", file);
      return config;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read: " + e.getMessage(), e);
    }
  }

  private ModelShape shape(Path file, OnnxModel weights, JsonNode config) {
    int[] words = shape(weights, "embeddings.word_embeddings.weight", 2);
    int[] positions = shape(weights, "embeddings.position_embeddings.weight", 2);
    int[] types = shape(weights, "embeddings.token_type_embeddings.weight", 2);
    int[] hidden = shape(weights, LAYER + "0.intermediate.dense.bias", 1);
    int layers = 0;
    while (weights.tensors().containsKey(LAYER + layers + ".output.LayerNorm.weight")) {
      layers++;
    }
    JsonNode said = config.path("num_attention_heads");
    Check.that(
        heads != null || said.isInt(),
        "%s does not say how many heads a layer has: name them by --heads",
        file);
    int h = heads == null ? said.intValue() : heads;
    Check.that(
        h >= 1 && words[1] % h == 0,
        "%d heads: their number must divide the width, %d",
        h,
        words[1]);
    return new ModelShape(
        file.getFileName().toString(),
        ModelShape.Kind.ENCODER,
        layers,
        words[1],
        new ModelShape.Attention(h, h, words[1] / h),
        ModelShape.FeedForward.dense(hidden[0]),
        new ModelShape.Embedding(words[0], true, positions[0], types[0]));
  }

  /** A tensor's shape of so many sizes. */
  private static int[] shape(OnnxModel weights, String name, int sizes) {
    long[] shape = weights.tensor(name).shape();
    Check.that(shape.length == sizes, "%s has %d sizes, not %d", name, shape.length, sizes);
    int[] ints = new int[sizes];
    for (int i = 0; i < sizes; i++) {
      Check.that(
          shape[i] >= 1 && shape[i] <= Integer.MAX_VALUE, "%s has a size of %d", name, shape[i]);
      ints[i] = (int) shape[i];
    }
    return ints;
  }
}
