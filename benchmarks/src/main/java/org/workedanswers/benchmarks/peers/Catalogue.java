package org.workedanswers.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * The comparisons there are.
 *
 * <p>They are named by their types' names, since a type may ask for a library that is not on this
 * JVM's class path; the JVM that runs it has it.
 */
final class Catalogue {
  /** The class path that a comparison needs. */
  enum Place {
    /** This module's: our own forms, ND4J. */
    BENCHMARKS,
    /** That of the module {@code peers}: every other library. */
    PEERS
  }

  /**
   * A comparison.
   *
   * @param name what is compared and with whom, with a hyphen between
   * @param title the same for a person
   * @param place the class path it needs
   * @param java the oldest Java that its peer runs on
   * @param type the name of its {@link Comparison}
   */
  record Entry(String name, String title, Place place, int java, String type) {}

  private static final String OURS = "org.workedanswers.benchmarks.comparisons.";
  private static final String PEERS = "org.workedanswers.peers.";
  private static final int OLDEST = 17;

  static final List<Entry> ALL =
      List.of(
          ours("products-nd4j", "matrix products and ND4J's", "ProductsNd4j"),
          peers("products-libtorch", "matrix products and libtorch's mm", "ProductsLibtorch"),
          ours("products-peak", "matrix products and the peak of multiply-adds", "ProductsPeak"),
          peers(
              "attention-libtorch",
              "attention, full and causal, and libtorch's scaled_dot_product_attention",
              "AttentionLibtorch"),
          ours("attention-nd4j", "attention and ND4J's dotProductAttention", "AttentionNd4j"),
          ours("attention-plain", "attention and its plain form", "AttentionPlain"),
          new Entry(
              "quantized-jlama",
              "four-bit matrix by vector and Jlama's vector path",
              Place.PEERS,
              21,
              PEERS + "QuantizedJlama"),
          ours("quantized-f32", "four- and eight-bit matrix by vector and fp32", "QuantizedF32"),
          ours(
              "gguf-repacked",
              "quantised matrix by vector, in GGUF's layout and repacked",
              "GgufRepacked"),
          peers("encoder-onnxruntime", "an encoder and ONNX Runtime's", "EncoderOnnxruntime"),
          ours("decoder-memory", "a decoder's token and the memory's speed", "DecoderMemory"),
          ours("quantize-memory", "quantising and the memory's speed", "QuantizeMemory"),
          ours("softmax-nd4j", "row softmax and ND4J's", "SoftmaxNd4j"),
          ours("exp-math", "exp and a loop of Math.exp", "ExpMath"),
          ours("experts-dense", "two of eight experts and the dense layer", "ExpertsDense"),
          ours("lora-bare", "a layer with LoRA and the bare layer", "LoraBare"),
          peers("bm25-lucene", "BM25 and Lucene's", "Bm25Lucene"),
          ours("dense-memory", "exact search and the memory's speed", "DenseMemory"),
          ours("int8-f32", "exact search in bytes and in fp32", "Int8F32"),
          peers("hnsw-lucene", "a graph of neighbours and Lucene's (minutes)", "HnswLucene"),
          peers("hnsw-jvector", "a graph of neighbours and JVector's (minutes)", "HnswJvector"),
          ours("blocked-plain", "attention without the vector module", "BlockedPlain"),
          ours("blocked-peak", "products without the vector module", "BlockedPeak"),
          ours("threads-one", "two threads and one", "TwoThreads"));

  private Catalogue() {}

  private static Entry ours(String name, String title, String type) {
    return new Entry(name, title, Place.BENCHMARKS, OLDEST, OURS + type);
  }

  private static Entry peers(String name, String title, String type) {
    return new Entry(name, title, Place.PEERS, OLDEST, PEERS + type);
  }

  /**
   * The entries of some names, in the catalogue's order; all for no name. A name's part before or
   * after the hyphen stands for all that have it: {@code attention}, {@code libtorch}.
   *
   * @throws IllegalArgumentException if there is nothing of a name; it says what there is
   */
  static List<Entry> named(List<Entry> all, List<String> names) {
    List<Entry> found = new ArrayList<>();
    for (String name : names) {
      Check.that(
          all.stream().anyMatch(e -> matches(e, name)),
          "there is no comparison '%s': there are %s",
          name,
          String.join(", ", all.stream().map(Entry::name).toList()));
    }
    for (Entry e : all) {
      if (names.isEmpty() || names.stream().anyMatch(name -> matches(e, name))) {
        found.add(e);
      }
    }
    return found;
  }

  private static boolean matches(Entry entry, String name) {
    return entry.name().equals(name) || List.of(entry.name().split("-")).contains(name);
  }
}
