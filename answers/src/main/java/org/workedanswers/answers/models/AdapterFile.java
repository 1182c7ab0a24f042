package org.workedanswers.answers.models;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
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

  /** What is refused is told with the folder's name. */
  <T> T named(Supplier<T> using) {
    try {
      return using.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(folder + ": " + e.getMessage(), e);
    }
  }
}
