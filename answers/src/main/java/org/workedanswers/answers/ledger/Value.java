package org.workedanswers.answers.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.workedanswers.core.Check;

/**
 * What was measured, or a bound of it: one number, a list of numbers, or numbers by name.
 *
 * <p>A measurement and its bounds have the same form. Numbers may be bounds without end (±∞) but
 * not NaN: a NaN is a broken measurement and is refused.
 */
public final class Value {
  private enum Form {
    NUMBER,
    LIST,
    NAMED
  }

  private final Form form;
  private final Map<String, Double> parts;

  private Value(Form form, Map<String, Double> parts) {
    this.form = form;
    this.parts = parts;
    parts.forEach((name, x) -> Check.that(!Double.isNaN(x), "the value %s is NaN", name));
  }

  /** One number. */
  public static Value of(double number) {
    return new Value(Form.NUMBER, Map.of("", number));
  }

  /** A list of numbers. */
  public static Value list(double... numbers) {
    Map<String, Double> parts = new LinkedHashMap<>();
    for (double x : numbers) {
      parts.put(Integer.toString(parts.size()), x);
    }
    return new Value(Form.LIST, parts);
  }

  /** Numbers by name, in the order of the map. */
  public static Value named(Map<String, ? extends Number> numbers) {
    Map<String, Double> parts = new LinkedHashMap<>();
    numbers.forEach((name, x) -> parts.put(name, x.doubleValue()));
    return new Value(Form.NAMED, parts);
  }

  /** Numbers by name: {@code named("fp16", 2, "int8", 4)}. */
  public static Value named(Object... namesAndNumbers) {
    Check.that(
        namesAndNumbers.length % 2 == 0, "%d arguments are not pairs", namesAndNumbers.length);
    Map<String, Number> parts = new LinkedHashMap<>();
    for (int i = 0; i < namesAndNumbers.length; i += 2) {
      parts.put((String) namesAndNumbers[i], (Number) namesAndNumbers[i + 1]);
    }
    return named(parts);
  }

  /** The number, if it is one. */
  public double number() {
    Check.that(form == Form.NUMBER, "%s is not one number", this);
    return parts.get("");
  }

  /** The number of that name. */
  public double get(String name) {
    Double x = parts.get(name);
    Check.that(x != null, "there is no '%s' among %s", name, parts.keySet());
    return x;
  }

  /** The names in order; a list's are 0, 1, 2 ..., a single number's is empty. */
  public List<String> names() {
    return List.copyOf(parts.keySet());
  }

  /** A value of the same form, each number mapped. */
  public Value map(DoubleUnaryOperator f) {
    Map<String, Double> mapped = new LinkedHashMap<>();
    parts.forEach((name, x) -> mapped.put(name, f.applyAsDouble(x)));
    return new Value(form, mapped);
  }

  /** Whether both have the same form and names. */
  public boolean sameForm(Value other) {
    return form == other.form && names().equals(other.names());
  }

  /** Whether the number of that name lies in {@code low..high}, both included. */
  public boolean within(String name, Value low, Value high) {
    return get(name) >= low.get(name) && get(name) <= high.get(name);
  }

  /** Whether every number lies within its bounds, both included. */
  public boolean within(Value low, Value high) {
    Check.that(
        sameForm(low) && sameForm(high),
        "measured %s, low %s and high %s must have one form",
        names(),
        low.names(),
        high.names());
    return names().stream().allMatch(name -> within(name, low, high));
  }

  /** For JSON: a Double (or Long where whole), a List or a Map of them. */
  public Object json() {
    switch (form) {
      case NUMBER:
        return plain(number());
      case LIST:
        List<Object> list = new ArrayList<>();
        parts.values().forEach(x -> list.add(plain(x)));
        return list;
      default:
        Map<String, Object> map = new LinkedHashMap<>();
        parts.forEach((name, x) -> map.put(name, plain(x)));
        return map;
    }
  }

  private static Object plain(double x) {
    if (x == Math.rint(x) && Math.abs(x) < 1L << 53) {
      return (long) x;
    }
    // JSON has no infinity: an open bound is the largest double.
    return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, x));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Value v && form == v.form && parts.equals(v.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  /** The numbers for a table, as in {@code int8: 3.76; int4: 7.11}. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    parts.forEach(
        (name, x) -> {
          s.append(s.length() == 0 ? "" : form == Form.NAMED ? "; " : ", ");
          s.append(form == Form.NAMED ? name + ": " : "").append(Numbers.shortest(x));
        });
    return s.toString();
  }
}
