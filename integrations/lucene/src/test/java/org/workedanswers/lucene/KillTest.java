package org.workedanswers.lucene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/** A kill at any moment loses no finished document and leaves no half one. */
class KillTest {
  @TempDir Path folder;

  @Test
  void oneKill() throws Exception {
    kill(1);
  }

  @Test
  @Tag("long")
  void manyKills() throws Exception {
    kill(100);
  }

  private void kill(int kills) throws Exception {
    SeededRandom random = new SeededRandom(System.nanoTime()); // moments can't be repeated anyway
    Path index = folder.resolve("index");
    Map<String, List<Passage>> before = new TreeMap<>();
    int inTheMiddle = 0;
    for (int version = 3; version < 3 + kills; version++) {
      List<DocumentSource> sources = KilledIngestion.version(version);
      Set<String> finished = runAndKill(index, version, random.below(300), random.below(25));
      inTheMiddle += finished.isEmpty() ? 0 : 1;
      Map<String, List<Passage>> whole = whole(version);
      try (PassageStore store = KilledIngestion.open(index)) {
        Map<String, List<Passage>> held = passages(store);
        for (DocumentSource source : sources) {
          String id = source.id();
          if (finished.contains(id)) {
            assertEquals(whole.get(id), held.get(id), "a finished document is lost");
          } else {
            assertTrue(
                whole.get(id).equals(held.get(id))
                    || (before.containsKey(id)
                        ? before.get(id).equals(held.get(id))
                        : !held.containsKey(id)),
                "half of a document: " + held.get(id));
          }
        }
        held.keySet().removeAll(whole.keySet());
        held.keySet().forEach(id -> assertTrue(before.containsKey(id), id));
        before.clear();
        before.putAll(passages(store));
      }
    }
    System.out.println(
        "  of " + kills + " kills " + inTheMiddle + " came after a document was stored");
    int last = 2 + kills;
    try (PassageStore store = KilledIngestion.open(index)) {
      KilledIngestion.ingest(store, last);
      assertEquals(whole(last), passages(store));
      long all = whole(last).values().stream().mapToLong(List::size).sum();
      assertEquals(all, store.size());
      String words = "version" + last;
      long hits =
          whole(last).values().stream()
              .flatMap(List::stream)
              .filter(p -> List.of(p.text().split(" ")).contains(words))
              .count();
      assertEquals(hits, store.byWords(words, 99_999, MetadataFilter.ALL).size());
    }
  }

  private static Map<String, List<Passage>> passages(PassageStore store) {
    Map<String, List<Passage>> passages = new TreeMap<>();
    store.documents().keySet().forEach(id -> passages.put(id, store.passages(id)));
    return passages;
  }

  /** What a run that nobody kills leaves. */
  private Map<String, List<Passage>> whole(int version) {
    try (PassageStore store = KilledIngestion.open(folder.resolve("whole"))) {
      KilledIngestion.ingest(store, version);
      return passages(store);
    }
  }

  /**
   * Kills a run a while after it has named so many documents.
   *
   * @return the documents that it has named
   */
  private Set<String> runAndKill(Path index, int version, int documents, int millis)
      throws IOException, InterruptedException {
    Path said = folder.resolve("said"); // a pipe would be closed with the process
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledIngestion.class.getName(),
                index.toString(),
                Integer.toString(version))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(said.toFile())
            .start();
    while (process.isAlive() && Files.readAllLines(said).size() < documents) {
      Thread.sleep(1);
    }
    Thread.sleep(millis);
    process.destroyForcibly();
    process.waitFor();
    List<String> lines = new ArrayList<>(Files.readAllLines(said));
    if (!lines.isEmpty() && !Files.readString(said).endsWith("\n")) {
      lines.remove(lines.size() - 1); // a line that was cut by the kill names none
    }
    return Set.copyOf(lines);
  }
}
