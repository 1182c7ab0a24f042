package org.workedanswers.attention;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;

/** Every form of attention on every kernels that can be used here. */
final class Forms {
  private Forms() {}

  static List<Kernels> kernels() {
    return KernelsChoice.available().stream().map(KernelsChoice::named).toList();
  }

  static List<Attention> all() {
    List<Attention> forms = new ArrayList<>();
    for (Kernels kernels : kernels()) {
      forms.add(new PlainAttention(kernels));
      forms.add(new FlashAttention(kernels));
      forms.addAll(flashOfOddBlocks(kernels));
      forms.add(new TiledAttention(kernels));
    }
    return forms;
  }

  static List<Attention> flashOfOddBlocks(Kernels kernels) {
    return List.of(
        new FlashAttention(kernels, Scale.INVERSE_ROOT, 1, 1),
        new FlashAttention(kernels, Scale.INVERSE_ROOT, 5, 3),
        new FlashAttention(kernels, Scale.INVERSE_ROOT, 3, 17),
        new FlashAttention(kernels, Scale.INVERSE_ROOT, 1000, 16));
  }
}
