package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.CalibrationStatistics;

/**
 * Linear layers that wait for a calibration text: each becomes what it is to be when all of its
 * input is there.
 *
 * <pre>
 * x = embeddings(tokens)                                 [n x d], n tokens of all sequences
 * for every layer, for every x that linear layers read:
 *   H = 2 xᵀ x                                           [in x in]
 *   Ŵ = step(W, H)      for all W that read this x
 *   y = x Ŵᵀ            goes on
 * </pre>
 *
 * All sequences pass the model together, once. So a layer is quantised for the inputs that it will
 * get: what the layers before it give once they are quantised, those of its own layer among them.
 * The model that was built with this is the quantised one afterwards.
 *
 * <pre>{@code
 * Calibration calibration = new Calibration((readers, x) -> ...);
 * Decoder decoder = Llama.decoder(config, tensors, Storage.FLOAT, calibration);
 * calibration.run(compute, decoder.embeddings(), decoder.stack(), sequences);
 * }</pre>
 *
 * The head is not on the way and stays as it is stored; so do experts. Memory is that of n rows of
 * a layer's widest part. Not safe for several threads before it has run.
 *
 * <p>Source: Frantar et al., <i>GPTQ</i>, 2022, section 4 (layer by layer, inputs of the partially
 * quantised model); in its authors' code this order within a layer is {@code --true-sequential}.
 */
public final class Calibration implements LinearMaker {
  /** What becomes of the layers that read one x. */
  @FunctionalInterface
  public interface Step {
    /**
     * Returns a layer for each reader, of its shape, in their order.
     *
     * @param readers the layers that read x
     * @param x what is known of it
     */
    List<Linear> apply(List<NamedLinear> readers, CalibrationStatistics x);
  }

  private final Step step;
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private boolean ended;

  /** With what becomes of the layers. */
  public Calibration(Step step) {
    this.step = step;
  }

  @Override
  public Linear make(NamedLinear layer) {
    Group group = groups.computeIfAbsent(layer.input(), i -> new Group());
    group.readers.add(layer);
    return new Waiting(group, group.readers.size() - 1);
  }

  /**
   * Sends sequences through the layers of the model that was built with this.
   *
   * @param compute its kernels multiply the statistics too
   * @throws IllegalArgumentException if there is no token, one does not exist, a sequence is too
   *     long, or this has run before
   */
  public void run(Compute compute, Embeddings embeddings, Stack stack, List<int[]> sequences) {
    Check.that(!ended, "this calibration has run: each model needs one of its own");
    int[] lengths = sequences.stream().mapToInt(s -> s.length).toArray();
    long tokens = 0;
    for (int length : lengths) {
      tokens += length;
    }
    Check.that(tokens > 0, "there are no calibration tokens");
    Check.elements("calibration tokens", tokens, stack.width());
    Span[] spans = Span.of(lengths);
    Matrix x = Matrix.zeros((int) tokens, stack.width());
    for (int s = 0; s < spans.length; s++) {
      embeddings.write(
          compute.kernels(), sequences.get(s), null, 0, x.rows(spans[s].from(), spans[s].to()));
    }
    stack.apply(compute, x, spans, null, null);
    ended = true;
  }

  /** Layers that read one x. */
  private static final class Group {
    private final List<NamedLinear> readers = new ArrayList<>();
    private List<Linear> made;
  }

  /** One of them. */
  private final class Waiting implements Linear {
    private final Group group;
    private final int index;

    Waiting(Group group, int index) {
      this.group = group;
      this.index = index;
    }

    private Linear now() {
      if (group.made != null) {
        return group.made.get(index);
      }
      List<Linear> stored = group.readers.stream().map(r -> r.stored().get()).toList();
      if (ended) { // off the way of the calibration text; before, it may still come
        group.made = stored;
      }
      return stored.get(index);
    }

    @Override
    public int in() {
      return group.readers.get(index).in();
    }

    @Override
    public int out() {
      return group.readers.get(index).out();
    }

    @Override
    public void apply(Compute compute, Matrix x, Matrix y) {
      if (group.made == null && !ended) {
        CalibrationStatistics statistics = new CalibrationStatistics(in());
        statistics.add(compute.kernels(), compute.loop(), x);
        List<Linear> made = List.copyOf(step.apply(List.copyOf(group.readers), statistics));
        for (int i = 0; i < group.readers.size(); i++) {
          NamedLinear reader = group.readers.get(i);
          Check.that(
              made.size() == group.readers.size()
                  && made.get(i).in() == reader.in()
                  && made.get(i).out() == reader.out(),
              "'%s' is %d x %d: what takes its place must be too",
              reader.name(),
              reader.out(),
              reader.in());
        }
        group.made = made;
      }
      now().apply(compute, x, y);
    }

    @Override
    public long parameters() {
      NamedLinear layer = group.readers.get(index);
      return (long) layer.out() * layer.in() + (layer.bias() == null ? 0 : layer.bias().length);
    }

    @Override
    public long bytes() {
      return now().bytes();
    }
  }
}
