package org.workedanswers.answers.models;

import java.nio.file.Path;
import java.util.Map;
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
   * The adapters of a model's tensors.
   *
   * @throws IllegalArgumentException if it can't be read, or is another architecture's
   */
  Map<String, Adapter> of(LlamaConfig config) {
    PeftAdapter adapter = PeftAdapter.read(folder);
    try {
      return adapter.adapters(config);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(folder + ": " + e.getMessage(), e);
    }
  }
}
