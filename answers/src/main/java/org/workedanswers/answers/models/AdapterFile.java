package org.workedanswers.answers.models;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.workedanswers.core.Matrix;
import org.workedanswers.huggingface.PeftAdapter;
import org.workedanswers.lora.Adapter;
import org.workedanswers.transformer.LlamaConfig;

/**
 * A LoRA adapter in PEFT's layout, and how it is used.
 *
 * @param folder with adapter_config.json and adapter_model.safetensors
 * @param merged whether it is added to the weights, or stands beside them
 */
public record AdapterFile(Path folder, boolean merged) {
  /**
   * What the folder holds, its values not yet read.
   *
   * @throws IllegalArgumentException if it can't be read, or asks for what is not LoRA
   */
  PeftAdapter read() {
    return PeftAdapter.read(folder);
  }

  /**
   * The adapters of a model's tensors.
   *
   * @throws IllegalArgumentException if they are another model's
   */
  Map<String, Adapter> of(PeftAdapter adapter, LlamaConfig config) {
    return named(() -> adapter.adapters(config));
  }

  /**
   * What can be wrong where a model with this adapter comes to numbers that are not finite: its
   * largest update by s max|A| max|B|.
   */
  String suspicion(LlamaConfig config) {
    String name = "";
    double largest = -1;
    Adapter shown = null;
    for (Map.Entry<String, Adapter> e : of(read(), config).entrySet()) {
      Adapter a = e.getValue();
      double size = Math.abs(a.scale()) * largest(a.a()) * largest(a.b());
      if (size > largest) {
        largest = size;
        name = e.getKey();
        shown = a;
      }
    }
    return String.format(
        Locale.ROOT,
        "the adapter %s has values that are too large for this model: its largest update s B A is"
            + " that of '%s', with s = %.3g, A up to %.3g and B up to %.3g. Is it whole, and was it"
            + " made for this model?",
        folder,
        name,
        shown.scale(),
        largest(shown.a()),
        largest(shown.b()));
  }

  private static double largest(Matrix m) {
    double largest = 0;
    for (float x : m.data()) {
      largest = Math.max(largest, Math.abs(x));
    }
    return largest;
  }

  /** What is refused is told with the folder's name. */
  <T> T named(Supplier<T> using) {
    try {
      return using.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(folder + ": " + e.getMessage(), e);
    }
  }
}
