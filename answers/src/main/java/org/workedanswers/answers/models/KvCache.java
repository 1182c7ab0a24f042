package org.workedanswers.answers.models;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the keys and values of a context take.
 *
 * <pre>
 *   bytes = layers · G · (d_k + d_v) · n · bytes of a number
 * </pre>
 *
 * G: key-value heads. n: tokens. d_k, d_v: sizes of a head's key and value.
 *
 * @param layers how many layers keep them
 * @param heads G
 * @param keyAndValue d_k + d_v
 * @param context n that the model was trained for; 0 where the file does not say
 */
record KvCache(long layers, long heads, long keyAndValue, long context) {
  private static final long MOST = 1 << 20; // of any one number: far above what there is

  /** What a format calls the numbers; the sizes of a head are not always there. */
  private record Keys(
      String layers,
      String queries,
      String width,
      String heads,
      String key,
      String value,
      String context) {
    Optional<KvCache> of(Map<String, Object> entries) {
      long n = number(entries, layers, 0);
      long h = number(entries, queries, 0);
      long d = number(entries, width, 0);
      long g = number(entries, heads, h);
      if (n == 0 || h == 0 || d == 0 || g == 0) {
        return Optional.empty();
      }
      long both = number(entries, key, d / h) + number(entries, value, d / h);
      return Optional.of(new KvCache(n, g, both, number(entries, context, 0)));
    }
  }

  /** GGUF's names of encoders: bert, nomic-bert, jina-bert-v2, t5encoder, ... */
  private static final Pattern ENCODER = Pattern.compile("bert|encoder");

  private static final Keys LLAMA2C =
      new Keys("n_layers", "n_heads", "dim", "n_kv_heads", "", "", "seq_len");

  private static final Keys HUGGING_FACE =
      new Keys(
          "num_hidden_layers",
          "num_attention_heads",
          "hidden_size",
          "num_key_value_heads",
          "head_dim",
          "head_dim",
          "max_position_embeddings");

  private static Keys gguf(String architecture) {
    return new Keys(
        architecture + ".block_count",
        architecture + ".attention.head_count",
        architecture + ".embedding_length",
        architecture + ".attention.head_count_kv",
        architecture + ".attention.key_length",
        architecture + ".attention.value_length",
        architecture + ".context_length");
  }

  /** Of a file's entries, where they have what it takes; an encoder keeps nothing. */
  static Optional<KvCache> of(Map<String, Object> entries) {
    if (entries.get("general.architecture") instanceof String architecture) {
      boolean encoder =
          ENCODER.matcher(architecture).find()
              || Boolean.FALSE.equals(entries.get(architecture + ".attention.causal"));
      return encoder ? Optional.empty() : gguf(architecture).of(entries);
    }
    if (String.valueOf(entries.get("architectures")).contains("ForCausalLM")) {
      return HUGGING_FACE.of(entries);
    }
    return LLAMA2C.of(entries);
  }

  /** A number that can be one; 0 where it can't. */
  private static long number(Map<String, Object> entries, String key, long otherwise) {
    Object value = entries.getOrDefault(key, otherwise);
    return value instanceof Long n && n > 0 && n <= MOST << 10 ? n : 0;
  }

  /** Bytes for n tokens. */
  double bytes(long n, double bytesOfANumber) {
    return (double) layers * heads * keyAndValue * n * bytesOfANumber;
  }
}
