package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.workedanswers.attention.DynamicNtkScaling;
import org.workedanswers.attention.NtkScaling;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.LlamaConfig;

class ContextScaleTest {
  @Test
  void kindsAreTheScalingsOfTheirNames() {
    LlamaConfig config =
        DecoderFile.read(SharedData.file("gguf/stories260K-q8_0.gguf"), Optional.empty()).config();
    Map<String, RopeScaling> kinds =
        Map.of(
            "linear:2.5", new PositionInterpolation(2.5),
            "ntk:2.5", new NtkScaling(2.5),
            "dynamic:2.5", new DynamicNtkScaling(2.5, 512),
            "yarn:2.5", new YarnScaling(2.5, 512));
    kinds.forEach(
        (name, scaling) -> {
          ContextScale scale = ContextScale.of(name);
          LlamaConfig scaled = scale.apply(config, 700);
          assertEquals(scaling, scaled.scaling());
          assertEquals(name.startsWith("dynamic") ? LlamaConfig.GROWING : 700, scaled.length());
          assertEquals(1280, scale.longest(config));
          assertThrows(IllegalArgumentException.class, () -> scale.apply(scaled, 700));
        });
  }
}
