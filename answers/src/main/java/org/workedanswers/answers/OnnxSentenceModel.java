package org.workedanswers.answers;

import org.workedanswers.core.Loop;
import org.workedanswers.langchain4j.MiniLmModel;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.TokenEmbedder;

/** MiniLM on ONNX Runtime. Nothing native is loaded before one is made. */
final class OnnxSentenceModel implements SentenceModel {
  private final MiniLmModel model;

  OnnxSentenceModel(Loop loop) {
    model = new MiniLmModel(loop);
  }

  @Override
  public Embedder embedder() {
    return model.embedder();
  }

  @Override
  public TokenEmbedder tokenEmbedder() {
    return model.tokenEmbedder();
  }

  @Override
  public Tokens tokens() {
    return model.tokens();
  }

  @Override
  public String key() {
    return model.modelName() + " " + MiniLmModel.MAX_TOKENS; // as before there were two
  }

  @Override
  public void close() {
    model.close();
  }
}
