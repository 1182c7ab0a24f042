package org.workedanswers.answers.models;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.QuantizedMatrix;
import org.workedanswers.transformer.Linear;
import org.workedanswers.transformer.LinearMaker;
import org.workedanswers.transformer.NamedLinear;
import org.workedanswers.transformer.TokenTable;

/**
 * A decoder's table of tokens and its head, rounded to nearest while the model is built: so a
 * calibration text meets the table that the file will have. All other layers are another's.
 */
final class RoundedTables implements LinearMaker {
  private static final Set<String> TABLES = Set.of("token_embd", "output");

  private final LinearMaker others;
  private final Function<String, Optional<Format>> formats;
  private final Loop loop;
  private final Map<String, QuantizedMatrix> rounded = new LinkedHashMap<>();

  /**
   * With what makes the other layers.
   *
   * @param formats of the table or the head by its name; empty where it stays as it is
   */
  RoundedTables(LinearMaker others, Function<String, Optional<Format>> formats, Loop loop) {
    this.others = others;
    this.formats = formats;
    this.loop = loop;
  }

  /** What was rounded, by name; a head that is the table has the table's. */
  Map<String, QuantizedMatrix> rounded() {
    return rounded;
  }

  private Optional<QuantizedMatrix> rounded(String name, Supplier<Matrix> weights) {
    return formats
        .apply(name)
        .map(f -> rounded.computeIfAbsent(name, n -> f.quantize(loop, weights.get())));
  }

  @Override
  public Linear make(NamedLinear layer) {
    if (!TABLES.contains(layer.name())) {
      return others.make(layer);
    }
    return rounded(layer.name(), layer.weights())
        .map(q -> Linear.quantized(q, layer.bias()))
        .orElseGet(layer.stored());
  }

  @Override
  public TokenTable table(String name, Supplier<Matrix> weights, Supplier<TokenTable> stored) {
    return rounded(name, weights).map(TokenTable::of).orElseGet(stored);
  }
}
