package org.workedanswers.answers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;

/** An embedder that embeds a text once: claims of one run ask for the same ones. */
public final class RememberingEmbedder implements Embedder {
  private static final int MOST = 50_000;

  /** By the embedder's name and the text. */
  private static final Map<List<String>, float[]> KNOWN = new LinkedHashMap<>();

  private final Embedder embedder;
  private long embedded;

  /** Remembers what an embedder gave, by its name. */
  public RememberingEmbedder(Embedder embedder) {
    this.embedder = embedder;
  }

  @Override
  public int dimension() {
    return embedder.dimension();
  }

  @Override
  public String name() {
    return embedder.name();
  }

  @Override
  public Matrix embed(List<String> texts) {
    synchronized (KNOWN) {
      if (KNOWN.size() > MOST) {
        KNOWN.clear();
      }
      List<String> unknown =
          texts.stream().filter(t -> !KNOWN.containsKey(key(t))).distinct().toList();
      Matrix made = embedder.embed(unknown);
      for (int i = 0; i < unknown.size(); i++) {
        KNOWN.put(key(unknown.get(i)), made.row(i));
      }
      embedded += texts.size();
      Matrix all = Matrix.zeros(texts.size(), dimension());
      for (int i = 0; i < texts.size(); i++) {
        float[] row = KNOWN.get(key(texts.get(i)));
        System.arraycopy(row, 0, all.data(), all.index(i, 0), row.length);
      }
      return all;
    }
  }

  private List<String> key(String text) {
    return List.of(embedder.name(), text);
  }

  /** How many texts were asked for, remembered ones too. */
  public long embedded() {
    return embedded;
  }
}
