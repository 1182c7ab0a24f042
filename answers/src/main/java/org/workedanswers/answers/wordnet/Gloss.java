package org.workedanswers.answers.wordnet;

import java.util.ArrayList;
import java.util.List;

/**
 * What WordNet says of a meaning: a definition, then usage examples in double quotes, as in {@code
 * move fast; "He ran"; "they run home" - author}. What stands between and after the quotes is left
 * out.
 *
 * @param definition without the examples
 * @param examples without their quotes, in order; one whose closing quote is missing is left out
 */
record Gloss(String definition, List<String> examples) {
  static Gloss parse(String text) {
    int quote = text.indexOf('"');
    if (quote < 0) {
      return new Gloss(text.strip(), List.of());
    }
    String definition = text.substring(0, quote).replaceAll("[\\s;:,]+$", "").strip();
    if (definition.isEmpty()) { // it begins with a quote: nothing but a definition
      return new Gloss(text.replace("\"", "").strip(), List.of());
    }
    List<String> examples = new ArrayList<>();
    int open = quote;
    int close = text.indexOf('"', open + 1);
    while (open >= 0 && close >= 0) {
      String example = text.substring(open + 1, close).strip();
      if (!example.isEmpty()) {
        examples.add(example);
      }
      open = text.indexOf('"', close + 1);
      close = open < 0 ? -1 : text.indexOf('"', open + 1);
    }
    return new Gloss(definition, List.copyOf(examples));
  }
}
