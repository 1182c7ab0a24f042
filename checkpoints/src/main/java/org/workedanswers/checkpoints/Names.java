package org.workedanswers.checkpoints;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.workedanswers.core.Check;

/** Looks a tensor up; whoever misses one is shown what is there. */
final class Names {
  private static final int SHOWN = 5;

  private Names() {}

  /** The tensor of that name. */
  static Tensor tensor(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    Check.that(
        tensor != null,
        "there is no tensor '%s' among %d: %s",
        name,
        tensors.size(),
        someOf(List.copyOf(tensors.keySet())));
    return tensor;
  }

  /** The first of many names. */
  static String someOf(List<String> names) {
    int shown = Math.min(SHOWN, names.size());
    return names.subList(0, shown).stream().collect(Collectors.joining(", "))
        + (names.size() > shown ? ", ..." : "");
  }
}
