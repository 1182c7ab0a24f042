package org.workedanswers.answers.q13;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.q16.RetrievalTask;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.QuantizationError;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.rag.PairedComparison;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.LinearMaker;
import org.workedanswers.transformer.NamedLinear;

/**
 * What a format costs all-MiniLM-L6-v2: the outputs of its 36 matrices, and what its sentence
 * vectors find. The tables of words and positions, norms and biases stay in float32; matrices are
 * rounded to nearest and widened again, which is what products with them see.
 *
 * @param name the format's
 * @param bits bits a weight of the matrices, all counted
 * @param meanError the mean over the matrices of ‖X Ŵᵀ - X Wᵀ‖ / ‖X Wᵀ‖, X being what a few texts
 *     bring to them in float32
 * @param worstError the largest of them
 * @param scores nDCG@10 of each query
 */
record EncoderLoss(String name, double bits, double meanError, double worstError, double[] scores) {
  /** Examples that are asked with where no number is named. */
  static final int QUERIES = 40;

  /** The part of the collection is the same whatever seed a run has: its verdicts are pinned. */
  private static final long SEED = 42;

  /** What was measured last: the page shows what the claim has found. */
  private static final Map<String, List<EncoderLoss>> LAST = new HashMap<>();

  private static final int KEPT = 4;

  /** Texts whose tokens show the matrices' inputs. */
  private static final int TEXTS = 12;

  /**
   * Per cent of nDCG@10 that is lost beside another, with a 95 % interval over the queries.
   *
   * @param mean of all queries
   * @param low the interval's lower end
   * @param high its upper end
   */
  record Lost(double mean, double low, double high) {}

  /** The mean nDCG@10. */
  double ndcg() {
    return Arrays.stream(scores).average().orElseThrow();
  }

  /** What is lost beside the whole encoder: its nDCG@10 is 100 %. */
  Lost lost(EncoderLoss full) {
    PairedComparison paired = PairedComparison.of(full.scores, scores, new SeededRandom(SEED));
    double percent = 100 / full.ndcg();
    return new Lost(percent * paired.mean(), percent * paired.low(), percent * paired.high());
  }

  /** The encoder in float32, then in each format. */
  static List<EncoderLoss> of(Workbench bench, int queries, List<Format> formats) {
    String key = queries + " " + bench.kernels() + " " + formats;
    synchronized (LAST) {
      List<EncoderLoss> found = LAST.get(key);
      if (found == null) {
        found = measure(bench, queries, formats);
        if (LAST.size() >= KEPT) {
          LAST.clear();
        }
        LAST.put(key, found);
      }
      return found;
    }
  }

  private static List<EncoderLoss> measure(Workbench bench, int queries, List<Format> formats) {
    RetrievalTask task = RetrievalTask.of(new SeededRandom(SEED), queries);
    Map<String, Matrix> inputs = inputs(bench, task.texts().subList(0, TEXTS));
    List<EncoderLoss> all = new ArrayList<>();
    all.add(new EncoderLoss("FP32", 32, 0, 0, scores(bench, task, MiniLm.model().encoder())));
    for (Format format : formats) {
      all.add(of(bench, task, inputs, format));
    }
    return all;
  }

  private static EncoderLoss of(
      Workbench bench, RetrievalTask task, Map<String, Matrix> inputs, Format format) {
    List<Double> errors = new ArrayList<>();
    long[] size = new long[2]; // bytes, weights
    LinearMaker maker =
        layer -> {
          Matrix w = layer.weights().get();
          QuantizedMatrix q = format.quantize(bench.loop(), w);
          Matrix widened = q.dequantize();
          size[0] += q.storageBytes();
          size[1] += (long) q.rows() * q.cols();
          Matrix x = inputs.get(layer.input());
          errors.add(
              QuantizationError.between(
                      bench.kernels().multiplyTransposed(x, w),
                      bench.kernels().multiplyTransposed(x, widened))
                  .relative());
          return Linear.dense(widened, layer.bias());
        };
    Encoder encoder = MiniLm.model().encoder(maker);
    return new EncoderLoss(
        format.name(),
        8.0 * size[0] / size[1],
        errors.stream().mapToDouble(e -> e).average().orElseThrow(),
        errors.stream().mapToDouble(e -> e).max().orElseThrow(),
        scores(bench, task, encoder));
  }

  private static double[] scores(Workbench bench, RetrievalTask task, Encoder encoder) {
    SentenceEncoder sentences = MiniLm.model().sentences(encoder, bench.kernels(), bench.loop());
    return task.ndcg(bench, sentences);
  }

  /** What the texts' tokens bring to each layer, by the input's name. */
  private static Map<String, Matrix> inputs(Workbench bench, List<String> texts) {
    Map<String, Matrix> inputs = new LinkedHashMap<>();
    Encoder encoder =
        MiniLm.model().encoder(layer -> new Listening(layer, layer.stored().get(), inputs));
    List<int[]> tokens = texts.stream().map(t -> MiniLm.model().tokens(t).ids()).toList();
    encoder.encode(Compute.plain(bench.kernels(), bench.loop()), tokens);
    return inputs;
  }

  /** Keeps the first x that comes. */
  private record Listening(NamedLinear layer, Linear linear, Map<String, Matrix> inputs)
      implements Linear {
    @Override
    public int in() {
      return linear.in();
    }

    @Override
    public int out() {
      return linear.out();
    }

    @Override
    public void apply(Compute compute, Matrix x, Matrix y) {
      inputs.computeIfAbsent(layer.input(), i -> x.copy());
      linear.apply(compute, x, y);
    }

    @Override
    public long parameters() {
      return linear.parameters();
    }

    @Override
    public long bytes() {
      return linear.bytes();
    }
  }
}
