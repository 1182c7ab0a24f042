package org.workedanswers.answers.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.checkpoints.Tensor;

/**
 * What stands in a model's file: what is known of it, how many weights of which format, what for,
 * and what a context costs beside them.
 *
 * @param file the file
 * @param format what it is
 * @param entries what is known of the model; empty where the format has no place for it
 * @param tensors the weights
 * @param users for weights whose own name does not tell what they are for, the step that reads them
 */
public record Inspection(
    Path file,
    String format,
    Map<String, Object> entries,
    List<Tensor> tensors,
    Map<String, String> users) {
  private static final int SHOWN_LENGTH = 60;
  private static final long[] CONTEXTS = {1 << 10, 1 << 13, 1 << 17, 1 << 20};
  private static final Map<String, Double> CACHES = new LinkedHashMap<>();

  static {
    CACHES.put("FP16", 2.0);
    CACHES.put("Q8_0", 34.0 / 32);
    CACHES.put("Q4_0", 18.0 / 32);
  }

  /**
   * Checks that the weights can be counted: a head can name any sizes for a layout that is not
   * known.
   *
   * @throws IllegalArgumentException if they can't
   */
  public Inspection {
    try {
      Count.of(tensors);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          file + ": its tensors have more than 2^63 numbers together, which no file holds", e);
    }
  }

  /**
   * Reads the head of a file, or a folder in Hugging Face's layout.
   *
   * @throws IllegalArgumentException if it is none of the formats that are read, or damaged
   */
  public static Inspection of(Path file) {
    return InspectionReader.read(file);
  }

  /**
   * Elements and the bytes that they take; a layout that is not known has no bytes.
   *
   * @param known elements whose layout is known
   */
  private record Count(int tensors, long elements, long known, long bytes) {
    /** Throws {@link ArithmeticException} where they pass 63 bits. */
    static Count of(List<Tensor> tensors) {
      long elements = 0;
      long known = 0;
      long bytes = 0;
      for (Tensor t : tensors) {
        elements = Math.addExact(elements, t.elements());
        known += t.bytes() == 0 ? 0 : t.elements();
        bytes = Math.addExact(bytes, t.bytes());
      }
      return new Count(tensors.size(), elements, known, bytes);
    }

    String bits() {
      return bytes == 0 ? "-" : String.format(Locale.ROOT, "%.2f", 8.0 * bytes / known);
    }

    String unknown() {
      return known == elements
          ? ""
          : String.format(
              Locale.ROOT,
              " Of %,d the layout is not known: their bytes are not counted.",
              elements - known);
    }
  }

  /**
   * Writes it.
   *
   * @param all whether every tensor gets a line
   */
  public void show(Worksheet sheet, boolean all) {
    Count count = Count.of(tensors);
    sheet.heading(Text.shortened(String.valueOf(file.getFileName()), SHOWN_LENGTH));
    sheet.text(
        String.format(
            Locale.ROOT,
            "%s; %,d tensors with %,d numbers in %s, %s bits each.%s",
            format,
            count.tensors(),
            count.elements(),
            Numbers.bytes(count.bytes()),
            count.bits(),
            count.unknown()));
    if (!entries.isEmpty()) {
      sheet.table(entryTable());
    }
    sheet.table(counts("By what they are for", "part", byPart()));
    sheet.table(counts("By format", "format", byFormat()));
    if (cache().isPresent() && !byPart().containsKey(Part.HEAD.label)) {
      sheet.text("It has no head of its own: the embeddings turn vectors into logits, too.");
    }
    cache().ifPresent(c -> sheet.table(cacheTable(c)));
    if (all) {
      sheet.table(tensorTable());
    } else {
      sheet.text("--tensors lists them.");
    }
  }

  private Optional<KvCache> cache() {
    return KvCache.of(entries);
  }

  private Table entryTable() {
    Table table = Table.of("What the file says of the model", "key", "value");
    entries.forEach(
        (key, value) -> table.row(Text.shortened(key, SHOWN_LENGTH), shortValue(value)));
    return table;
  }

  private static String shortValue(Object value) {
    String text =
        value instanceof List<?> list
            ? String.format(
                Locale.ROOT,
                "%,d values: %s",
                list.size(),
                list.stream().limit(8).map(String::valueOf).collect(Collectors.joining(", ")))
            : String.valueOf(value);
    return Text.shortened(text, SHOWN_LENGTH);
  }

  private Map<String, List<Tensor>> byPart() {
    Map<Part, List<Tensor>> parts = new EnumMap<>(Part.class);
    for (Tensor t : tensors) {
      Part part = Part.of(users.getOrDefault(t.name(), t.name()));
      parts.computeIfAbsent(part, p -> new ArrayList<>()).add(t);
    }
    Map<String, List<Tensor>> named = new LinkedHashMap<>();
    parts.forEach((part, of) -> named.put(part.label, of));
    return named;
  }

  private Map<String, List<Tensor>> byFormat() {
    Map<String, List<Tensor>> formats = new LinkedHashMap<>();
    for (Tensor t : tensors) {
      formats.computeIfAbsent(t.type().name(), f -> new ArrayList<>()).add(t);
    }
    return formats;
  }

  private static Table counts(String caption, String what, Map<String, List<Tensor>> groups) {
    Table table = Table.of(caption, what, "tensors", "numbers", "bytes", "bits each");
    groups.forEach(
        (name, of) -> {
          Count count = Count.of(of);
          table.row(
              name,
              count.tensors(),
              String.format(Locale.ROOT, "%,d", count.elements()),
              Numbers.bytes(count.bytes()),
              count.bits());
        });
    return table;
  }

  private static Table cacheTable(KvCache cache) {
    List<String> head = new ArrayList<>(List.of("tokens"));
    CACHES.keySet().forEach(name -> head.add("in " + name));
    head.add("");
    Table table =
        Table.of(
            String.format(
                Locale.ROOT,
                "Keys and values of a context: %,d layers, %,d key-value heads, %,d numbers of a key"
                    + " and a value",
                cache.layers(),
                cache.heads(),
                cache.keyAndValue()),
            head.toArray(new String[0]));
    TreeSet<Long> contexts = new TreeSet<>();
    Arrays.stream(CONTEXTS).forEach(contexts::add);
    if (cache.context() > 0) {
      contexts.add(cache.context());
    }
    for (long n : contexts) {
      List<Object> row = new ArrayList<>(List.of(String.format(Locale.ROOT, "%,d", n)));
      CACHES.values().forEach(bytes -> row.add(Numbers.bytes(cache.bytes(n, bytes))));
      row.add(n == cache.context() ? "what it was trained for" : "");
      table.row(row.toArray());
    }
    return table;
  }

  private Table tensorTable() {
    Table table = Table.of("Tensors, the slowest size first", "name", "format", "shape", "bytes");
    for (Tensor t : tensors) {
      table.row(
          Text.shortened(t.name(), SHOWN_LENGTH), t.type(), shape(t), Numbers.bytes(t.bytes()));
    }
    return table;
  }

  private static String shape(Tensor t) {
    return Arrays.stream(t.shape()).mapToObj(Long::toString).collect(Collectors.joining(" x "));
  }

  /** The same as a tree of maps, lists, strings and numbers. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    Count count = Count.of(tensors);
    json.put("format", format);
    json.put("numbers", count.elements());
    json.put("bytes", count.bytes());
    Map<String, Object> parts = new LinkedHashMap<>();
    byPart().forEach((name, of) -> parts.put(name, Count.of(of).elements()));
    json.put("parts", parts);
    cache()
        .ifPresent(
            c -> {
              Map<String, Object> bytes = new LinkedHashMap<>();
              CACHES.forEach((name, b) -> bytes.put(name, c.bytes(1, b)));
              json.put("kv_cache_bytes_per_token", bytes);
              json.put("context_length", c.context());
            });
    json.put("entries", entries);
    List<Object> list = new ArrayList<>();
    for (Tensor t : tensors) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("name", t.name());
      tensor.put("format", t.type().name());
      tensor.put("shape", t.shape());
      tensor.put("bytes", t.bytes());
      list.add(tensor);
    }
    json.put("tensors", list);
    return json;
  }
}
