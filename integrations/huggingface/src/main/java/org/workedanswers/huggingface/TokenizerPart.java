package org.workedanswers.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * A part of {@code tokenizer.json} or {@code config.json} and where it stands, for messages: {@code
 * pre_tokenizer.pretokenizers[1]}. What is not of the kind that is asked for is refused.
 */
record TokenizerPart(JsonNode node, String name) {
  private static final int MAX_SIZE = 1 << 24;

  /** The part below, or null if it is not there or is null. */
  TokenizerPart find(String key) {
    JsonNode below = node.get(key);
    return below == null || below.isNull() ? null : new TokenizerPart(below, at(key));
  }

  /** The part below. */
  TokenizerPart get(String key) {
    TokenizerPart below = find(key);
    Check.that(below != null, "%s is not there", at(key));
    return below;
  }

  /** An object below, or null if it is not there or is null. */
  TokenizerPart findObject(String key) {
    TokenizerPart below = find(key);
    return below == null ? null : below.object();
  }

  /** This part, which must be an object. */
  TokenizerPart object() {
    Check.that(node.isObject(), "%s is %s: it must be an object", name, kind());
    return this;
  }

  /** The parts of a list below; none if it is not there. */
  List<TokenizerPart> list(String key) {
    TokenizerPart below = find(key);
    return below == null ? List.of() : below.list();
  }

  /** The parts of this list. */
  List<TokenizerPart> list() {
    Check.that(node.isArray(), "%s is %s: it must be a list", name, kind());
    List<TokenizerPart> parts = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      parts.add(new TokenizerPart(node.get(i), name + "[" + i + "]"));
    }
    return parts;
  }

  /** This text. */
  String text() {
    Check.that(node.isTextual(), "%s is %s: it must be a text", name, kind());
    return node.textValue();
  }

  /** This whole number. */
  int integer() {
    Check.that(
        node.isIntegralNumber() && node.canConvertToInt(),
        "%s is %s: it must be a whole number",
        name,
        kind());
    return node.intValue();
  }

  /** This number. */
  double real() {
    Check.that(node.isNumber(), "%s is %s: it must be a number", name, kind());
    return node.doubleValue();
  }

  /** The number below, or another if it is not there. */
  double real(String key, double otherwise) {
    TokenizerPart below = find(key);
    return below == null ? otherwise : below.real();
  }

  /** The size below: a whole number above 0 that is not absurd. */
  int size(String key) {
    int size = get(key).integer();
    Check.that(
        size >= 1 && size <= MAX_SIZE, "%s is %d: it must be in 1..%d", at(key), size, MAX_SIZE);
    return size;
  }

  /** The size below, or another if it is not there. */
  int size(String key, int otherwise) {
    return find(key) == null ? otherwise : size(key);
  }

  /** The text below, or another if it is not there. */
  String text(String key, String otherwise) {
    TokenizerPart below = find(key);
    return below == null ? otherwise : below.text();
  }

  /** The true or false below, or another if it is not there. */
  boolean flag(String key, boolean otherwise) {
    TokenizerPart below = find(key);
    if (below == null) {
      return otherwise;
    }
    Check.that(
        below.node.isBoolean(), "%s is %s: it must be true or false", below.name, below.kind());
    return below.node.booleanValue();
  }

  /** The type that it names. */
  String type() {
    return object().get("type").text();
  }

  /** What is said where a part asks for more than is there. */
  IllegalArgumentException unsupported(String what) {
    return new IllegalArgumentException(
        String.format("%s is %s, which is not supported", name, what));
  }

  /** What this is, in a few characters. */
  String kind() {
    return switch (node.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      default -> {
        String text = node.toString();
        yield text.length() > 60 ? text.substring(0, 57) + "..." : text;
      }
    };
  }

  private String at(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }
}
