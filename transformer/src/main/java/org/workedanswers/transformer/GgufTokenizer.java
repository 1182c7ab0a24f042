package org.workedanswers.transformer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.Check;
import org.workedanswers.tokenizers.ByteLevelBpe;
import org.workedanswers.tokenizers.SentencePieceBpe;
import org.workedanswers.tokenizers.Tokenizer;

/**
 * The tokenizer that a GGUF file brings: SentencePiece's BPE where {@code tokenizer.ggml.model} is
 * {@code llama}, byte-level BPE where it is {@code gpt2}.
 *
 * <pre>
 * tokenizer.ggml.tokens, scores, merges, token_type     what pieces there are
 * tokenizer.ggml.bos_token_id, add_bos_token          the token of the beginning, and whether a text has it
 * tokenizer.ggml.eos_token_id, eot_token_id            what ends a text or a turn
 * </pre>
 *
 * @param tokenizer text to tokens and back
 * @param begin the token of the beginning, or {@link Tokenizer#NONE}
 * @param begins whether the model wants it before a text: what the file says of it; where it says
 *     nothing, SentencePiece's and Llama 3's do
 * @param ends the tokens that end a text; that of the beginning is among them, as with it another
 *     text begins
 */
public record GgufTokenizer(Tokenizer tokenizer, int begin, boolean begins, Set<Integer> ends) {
  private static final String KEY = "tokenizer.ggml.";
  private static final Set<String> BEGIN_BY_SPLIT = Set.of("llama3", "llama-v3", "llama-bpe");

  /** Copies the set. */
  public GgufTokenizer {
    ends = Set.copyOf(ends);
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if the file brings none, another kind, or one that can't be
   *     right
   */
  public static GgufTokenizer of(GgufModel model) {
    String kind = model.text(KEY + "model");
    List<String> tokens = texts(model, "tokens");
    Tokenizer tokenizer =
        switch (kind) {
          case "llama" -> sentencePieces(model, tokens);
          case "gpt2" ->
              ByteLevelBpe.ofGguf(
                  tokens, texts(model, "merges"), types(model), model.text(KEY + "pre"));
          default ->
              throw new IllegalArgumentException(
                  String.format(
                      "the model's tokenizer is '%s': llama and gpt2 are understood", kind));
        };
    int begin = token(model, "bos_token_id", tokens.size());
    token(model, "eos_token_id", tokens.size());
    Set<Integer> ends = new HashSet<>(ends(model));
    if (begin != Tokenizer.NONE) {
      ends.add(begin);
    }
    return new GgufTokenizer(tokenizer, begin, begin != Tokenizer.NONE && begins(model), ends);
  }

  /** Like Llama's, but that a file may say that no space is set before a text. */
  private static Tokenizer sentencePieces(GgufModel model, List<String> tokens) {
    SentencePieceBpe usual = SentencePieceBpe.of(tokens, scores(model), types(model));
    if (!Boolean.FALSE.equals(model.metadata().get(KEY + "add_space_prefix"))) {
      return usual;
    }
    SentencePieceBpe.Settings s = usual.settings();
    return SentencePieceBpe.of(
        tokens,
        scores(model),
        types(model),
        new SentencePieceBpe.Settings(
            s.space(), SentencePieceBpe.Prefix.NONE, s.onlyIfMissing(), s.splitWords()));
  }

  private static boolean begins(GgufModel model) {
    if (model.metadata().get(KEY + "add_bos_token") instanceof Boolean named) {
      return named;
    }
    return model.text(KEY + "model").equals("llama")
        || BEGIN_BY_SPLIT.contains(model.metadata().get(KEY + "pre"));
  }

  /** The tokens that a file names as a text's or a turn's end, if any. */
  public static Set<Integer> ends(GgufModel model) {
    Set<Integer> ends = new HashSet<>();
    for (String key : List.of("eos_token_id", "eot_token_id")) {
      if (model.metadata().get(KEY + key) instanceof Long id && id >= 0 && id < 1 << 24) {
        ends.add((int) (long) id);
      }
    }
    return ends;
  }

  /** A text's tokens, with that of the beginning where the model wants it. */
  public int[] encode(String text) {
    IntStream own = IntStream.of(tokenizer.encode(text));
    return begins ? IntStream.concat(IntStream.of(begin), own).toArray() : own.toArray();
  }

  private static int token(GgufModel model, String key, int size) {
    if (!model.metadata().containsKey(KEY + key)) {
      return Tokenizer.NONE;
    }
    long id = model.number(KEY + key);
    Check.that(id >= 0 && id < size, "'%s%s' is %d: there are %d tokens", KEY, key, id, size);
    return (int) id;
  }

  private static List<String> texts(GgufModel model, String key) {
    return model.list(KEY + key).stream().map(x -> as(String.class, x, key)).toList();
  }

  private static float[] scores(GgufModel model) {
    List<?> list = model.list(KEY + "scores");
    float[] scores = new float[list.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = as(Float.class, list.get(i), "scores");
    }
    return scores;
  }

  /** Null where the file says nothing of them. */
  private static int[] types(GgufModel model) {
    if (!model.metadata().containsKey(KEY + "token_type")) {
      return null;
    }
    List<?> list = model.list(KEY + "token_type");
    int[] types = new int[list.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = (int) Math.min(as(Long.class, list.get(i), "token_type"), 1000);
    }
    return types;
  }

  private static <T> T as(Class<T> type, Object value, String key) {
    Check.that(
        type.isInstance(value),
        "an entry of '%s%s' is a %s: it must be a %s",
        KEY,
        key,
        value.getClass().getSimpleName(),
        type.getSimpleName());
    return type.cast(value);
  }
}
