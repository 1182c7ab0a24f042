package org.workedanswers.answers.models;

import java.util.Map;
import java.util.Optional;

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

  /** Of a GGUF file's entries, where they have what it takes. */
  static Optional<KvCache> of(Map<String, Object> entries) {
    if (!(entries.get("general.architecture") instanceof String architecture)) {
      return Optional.empty();
    }
    long layers = number(entries, architecture + ".block_count", 0);
    long queries = number(entries, architecture + ".attention.head_count", 0);
    long width = number(entries, architecture + ".embedding_length", 0);
    long heads = number(entries, architecture + ".attention.head_count_kv", queries);
    if (layers == 0 || queries == 0 || width == 0 || heads == 0) {
      return Optional.empty();
    }
    long key = number(entries, architecture + ".attention.key_length", width / queries);
    long value = number(entries, architecture + ".attention.value_length", width / queries);
    long context = number(entries, architecture + ".context_length", 0);
    return Optional.of(new KvCache(layers, heads, key + value, context));
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
