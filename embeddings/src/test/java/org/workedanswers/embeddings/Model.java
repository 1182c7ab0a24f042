package org.workedanswers.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.ModelShape;
import org.workedanswers.tokenizers.WordPiece;
import org.workedanswers.transformer.Bert;
import org.workedanswers.transformer.Encoder;

/** The two published models of the tests, read when first asked for. */
enum Model {
  MINI_LM("/all-minilm-l6-v2", SentenceEncoder.Settings.MINI_LM, ModelShape.MINILM_L6),
  BGE_SMALL(
      "/bge-small-en-v1.5",
      SentenceEncoder.Settings.BGE_SMALL,
      new ModelShape(
          "bge-small-en-v1.5",
          ModelShape.Kind.ENCODER,
          12,
          384,
          new ModelShape.Attention(12, 12, 32),
          ModelShape.FeedForward.dense(1536),
          new ModelShape.Embedding(30_522, true, 512, 2)));

  private final String files;
  final SentenceEncoder.Settings settings;
  final ModelShape shape;
  private OnnxModel weights;
  private Encoder encoder;
  private WordPiece tokenizer;

  Model(String files, SentenceEncoder.Settings settings, ModelShape shape) {
    this.files = files;
    this.settings = settings;
    this.shape = shape;
  }

  /** The ONNX file. */
  byte[] onnx() {
    return resource(files + ".onnx");
  }

  synchronized OnnxModel weights() {
    if (weights == null) {
      weights = OnnxModel.read(onnx());
    }
    return weights;
  }

  synchronized Encoder encoder() {
    if (encoder == null) {
      encoder = Bert.encoder(shape, Bert.EPSILON, weights());
    }
    return encoder;
  }

  synchronized WordPiece tokenizer() {
    if (tokenizer == null) {
      try {
        JsonNode vocab =
            new ObjectMapper().readTree(resource(files + "-tokenizer.json")).at("/model/vocab");
        List<String> pieces = new ArrayList<>(Collections.nCopies(vocab.size(), null));
        vocab.properties().forEach(e -> pieces.set(e.getValue().asInt(), e.getKey()));
        tokenizer = WordPiece.of(pieces, WordPiece.Settings.UNCASED);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return tokenizer;
  }

  /** As it is published. */
  SentenceEncoder sentences(Loop loop) {
    return sentences(settings.maxTokens(), loop);
  }

  /** Cut elsewhere. */
  SentenceEncoder sentences(int maxTokens, Loop loop) {
    SentenceEncoder.Settings cut =
        new SentenceEncoder.Settings(settings.name(), settings.pooling(), maxTokens);
    return new SentenceEncoder(encoder(), tokenizer(), cut, KernelsChoice.best(), loop);
  }

  private static byte[] resource(String name) {
    try (InputStream in = Model.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
