package org.workedanswers.tokenizers;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Hugging Face's tokenizers as DJL packages them: the oracle. */
public final class Djl implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  public Djl(byte[] tokenizerJson, Map<String, String> options) throws IOException {
    tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(tokenizerJson), options);
  }

  /** One that cuts nothing off, fills nothing up, adds nothing. */
  public static Djl bare(byte[] tokenizerJson) throws IOException {
    return new Djl(
        tokenizerJson,
        Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
  }

  public static byte[] miniLm() throws IOException {
    try (InputStream in = Djl.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
      return in.readAllBytes();
    }
  }

  /** MiniLM's pieces in the order of their numbers. */
  public static List<String> miniLmPieces() throws IOException {
    JsonNode vocab = new ObjectMapper().readTree(miniLm()).get("model").get("vocab");
    List<String> pieces = new ArrayList<>(Collections.nCopies(vocab.size(), null));
    vocab.properties().forEach(e -> pieces.set(e.getValue().asInt(), e.getKey()));
    return pieces;
  }

  public int[] encode(String text) {
    return ints(tokenizer.encode(text).getIds());
  }

  public Encoding encode(String a, String b) {
    return tokenizer.encode(a, b);
  }

  public List<int[]> encode(List<String> texts) {
    List<int[]> all = new ArrayList<>();
    for (Encoding encoding : tokenizer.batchEncode(texts)) {
      all.add(ints(encoding.getIds()));
    }
    return all;
  }

  /** Where each token stands, [from, to) in code points. */
  public List<int[]> spans(String text) {
    List<int[]> spans = new ArrayList<>();
    for (CharSpan span : tokenizer.encode(text).getCharTokenSpans()) {
      spans.add(new int[] {span.getStart(), span.getEnd()});
    }
    return spans;
  }

  public String decode(int[] tokens) {
    long[] ids = new long[tokens.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = tokens[i];
    }
    return tokenizer.decode(ids, false);
  }

  public static int[] ints(long[] ids) {
    int[] ints = new int[ids.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(ids[i]);
    }
    return ints;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
