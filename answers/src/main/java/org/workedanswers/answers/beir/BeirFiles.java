package org.workedanswers.answers.beir;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.workedanswers.core.Check;

/**
 * Reads a collection in BEIR's layout.
 *
 * <pre>
 *   corpus.jsonl       {"_id": ..., "title": ..., "text": ...}    a line a document; the title may be missing
 *   queries.jsonl      {"_id": ..., "text": ...}
 *   qrels/SPLIT.tsv    query-id, corpus-id, score                 tabs between; these words may be the first line
 * </pre>
 *
 * The first two may be compressed: {@code .jsonl.gz}. Queries without judgements are left out, and
 * so are judgements of what is not there. What can't be read is an {@link IllegalArgumentException}
 * that names the file and the line.
 */
final class BeirFiles {
  private static final Comparator<byte[]> BACKWARDS =
      (a, b) -> Arrays.compareUnsigned(b, a); // of ids

  /** The most characters of a line. */
  static final int MAX_LINE = 10_000_000;

  private final Path folder;
  private final ObjectMapper json =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private BeirFiles(Path folder) {
    this.folder = folder;
  }

  /** Reads a collection with the judgements of a split. */
  static BeirCollection read(Path folder, String split) {
    Check.that(Files.isDirectory(folder), "%s is no folder", folder);
    Check.that(split.matches("[\\w.-]+"), "'%s' is no name of a split", split);
    return new BeirFiles(folder).read(split);
  }

  private BeirCollection read(String split) {
    Map<String, String> documents = new HashMap<>();
    Path corpus = jsonLines("corpus");
    lines(
        corpus,
        (number, line) -> {
          JsonNode document = object(corpus, number, line);
          String id = string(corpus, number, document, "_id");
          refuseIf(id.isEmpty(), corpus, number, "an empty \"_id\"");
          JsonNode titled = document.path("title");
          refuseIf(titled.isContainerNode(), corpus, number, "a \"title\" that is no string");
          String title = titled.isNull() ? "" : titled.asText("").strip();
          String text = string(corpus, number, document, "text");
          refuseIf(
              documents.put(id, title.isEmpty() ? text : title + " " + text) != null,
              corpus,
              number,
              "a second document " + id);
        });
    Check.that(!documents.isEmpty(), "%s holds no document", corpus);
    Map<String, String> queries = new LinkedHashMap<>();
    Path asked = jsonLines("queries");
    lines(
        asked,
        (number, line) -> {
          JsonNode query = object(asked, number, line);
          String id = string(asked, number, query, "_id");
          refuseIf(id.isEmpty(), asked, number, "an empty \"_id\"");
          String text = string(asked, number, query, "text");
          refuseIf(queries.put(id, text) != null, asked, number, "a second query " + id);
        });
    List<String> ids = new ArrayList<>(documents.keySet());
    ids.sort(Comparator.comparing(id -> id.getBytes(StandardCharsets.UTF_8), BACKWARDS));
    return judged(split, ids, ids.stream().map(documents::get).toList(), queries);
  }

  private BeirCollection judged(
      String split, List<String> ids, List<String> texts, Map<String, String> queries) {
    Map<String, Integer> numbers = new HashMap<>();
    ids.forEach(id -> numbers.put(id, numbers.size()));
    Path qrels = folder.resolve("qrels").resolve(split + ".tsv");
    Check.that(
        Files.isRegularFile(qrels), "%s is not there: --split names one of %s", qrels, splits());
    Map<String, Map<Integer, Integer>> grades = new HashMap<>();
    int[] unknown = {0};
    lines(
        qrels,
        (number, line) -> {
          String[] f = line.split("\t", -1);
          refuseIf(
              f.length != 3,
              qrels,
              number,
              f.length + " columns between tabs: there must be three");
          if (number == 1 && f[2].strip().equalsIgnoreCase("score")) {
            return; // the head line
          }
          int grade;
          try {
            grade = Integer.parseInt(f[2].strip());
          } catch (NumberFormatException e) {
            throw refused(qrels, number, "'" + f[2] + "' is no grade");
          }
          Integer document = numbers.get(f[1]);
          if (document == null || !queries.containsKey(f[0])) {
            unknown[0]++;
            return;
          }
          Integer before = grades.computeIfAbsent(f[0], q -> new HashMap<>()).put(document, grade);
          refuseIf(
              before != null && before != grade,
              qrels,
              number,
              "query " + f[0] + " and document " + f[1] + " have grade " + before + " already");
        });
    List<String> queryIds = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    List<Map<Integer, Integer>> judged = new ArrayList<>();
    queries.forEach(
        (id, text) -> {
          if (grades.containsKey(id)) {
            queryIds.add(id);
            asked.add(text);
            judged.add(grades.get(id));
          }
        });
    Check.that(
        !queryIds.isEmpty(), "%s judges no query of %s", qrels, folder.resolve("queries.jsonl"));
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return new BeirCollection(
        name == null ? folder.toString() : name.toString(),
        ids,
        texts,
        queryIds,
        asked,
        judged,
        queryIds.stream().mapToInt(id -> numbers.getOrDefault(id, -1)).toArray(),
        unknown[0]);
  }

  private List<String> splits() {
    try (Stream<Path> files = Files.list(folder.resolve("qrels"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".tsv"))
          .map(f -> f.substring(0, f.length() - ".tsv".length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private Path jsonLines(String name) {
    Path plain = folder.resolve(name + ".jsonl");
    Path packed = folder.resolve(name + ".jsonl.gz");
    Check.that(
        Files.isRegularFile(plain) || Files.isRegularFile(packed),
        "%s has no %s.jsonl and no %s.jsonl.gz: a collection in BEIR's layout has one",
        folder,
        name,
        name);
    return Files.isRegularFile(plain) ? plain : packed;
  }

  /** Takes a line that is not empty, with its number from 1. */
  private interface Line {
    void take(int number, String line);
  }

  private static void lines(Path file, Line take) {
    int number = 0;
    try (InputStream in = Files.newInputStream(file);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in,
                    StandardCharsets.UTF_8.newDecoder()))) {
      StringBuilder line = new StringBuilder();
      for (boolean more = true; more; ) {
        number++;
        more = next(file, number, reader, line);
        if (number == 1 && line.indexOf("\ufeff") == 0) {
          line.deleteCharAt(0); // a byte order mark
        }
        if (!line.toString().isBlank()) {
          take.take(number, line.toString());
        }
      }
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file + ", behind line " + Math.max(0, number - 1) + ": not UTF-8 text", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + ", near line " + number + ": can't be read: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(file + ": can't be read: " + e.getMessage(), e);
    }
  }

  /** Reads a line without its end; false if it was the last. */
  private static boolean next(Path file, int number, BufferedReader reader, StringBuilder line)
      throws IOException {
    line.setLength(0);
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      if (c == '\n') {
        return true;
      }
      if (c != '\r') {
        line.append((char) c);
      }
      refuseIf(line.length() > MAX_LINE, file, number, "longer than 10 million characters");
    }
    return false;
  }

  private JsonNode object(Path file, int number, String line) {
    try {
      JsonNode node = json.readTree(line);
      refuseIf(!node.isObject(), file, number, "no JSON object");
      return node;
    } catch (JsonProcessingException e) {
      throw refused(file, number, "no JSON: " + e.getOriginalMessage());
    }
  }

  /** A string, or a number as an id may be. */
  private static String string(Path file, int number, JsonNode object, String field) {
    JsonNode value = object.path(field);
    refuseIf(!value.isValueNode() || value.isNull(), file, number, "no \"" + field + "\"");
    return value.asText();
  }

  private static void refuseIf(boolean wrong, Path file, int number, String why) {
    if (wrong) {
      throw refused(file, number, why);
    }
  }

  private static IllegalArgumentException refused(Path file, int number, String why) {
    return new IllegalArgumentException(file + ", line " + number + ": " + why);
  }
}
