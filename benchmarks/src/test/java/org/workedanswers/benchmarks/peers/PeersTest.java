package org.workedanswers.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.benchmarks.peers.Catalogue.Entry;
import org.workedanswers.benchmarks.peers.Catalogue.Place;

/** The command line, with comparisons of the test's own. */
class PeersTest {
  /** Half as fast as its goal asks. */
  static final class Slow implements Comparison {
    @Override
    public void run(Report report) {
      Contender same = Contender.of("peer", () -> {});
      report.race(Race.Settings.ONCE, "work", 1e9, Contender.of("ours", () -> {}), same);
    }
  }

  /** Its sides do not give the same. */
  static final class Different implements Comparison {
    @Override
    public void run(Report report) {
      throw new IllegalStateException("the result is 2: it must be 3");
    }
  }

  /** Something is not there. */
  static final class Missing implements Comparison {
    @Override
    public void run(Report report) {
      throw new Unavailable("there is no such processor");
    }
  }

  /** A native library is not there. */
  static final class Unlinked implements Comparison {
    @Override
    public void run(Report report) {
      throw new ExceptionInInitializerError(new UnsatisfiedLinkError("no jnitorch in the path"));
    }
  }

  private static final List<Entry> CATALOGUE =
      List.of(
          entry("slow-peer", 17, Slow.class.getName()),
          entry("different-peer", 17, Different.class.getName()),
          entry("missing-peer", 17, Missing.class.getName()),
          entry("unlinked-peer", 17, Unlinked.class.getName()),
          entry("future-peer", 999, Slow.class.getName()),
          entry("unbuilt-peer", 17, "org.workedanswers.peers.NotBuilt"));

  @TempDir Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<String> ran = new ArrayList<>();

  private static Entry entry(String name, int java, String type) {
    return new Entry(name, name, Place.BENCHMARKS, java, type);
  }

  private int execute(String... args) throws Exception {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new Peers(
            CATALOGUE,
            (entry, outcomes) -> {
              ran.add(entry.name());
              return Fork.run(entry.type(), outcomes, out);
            },
            out)
        .execute(List.of(args));
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aMissedGoalIsShownAndIsNoFailure() throws Exception {
    assertEquals(0, execute("slow"));
    assertTrue(printed().contains("missed"), printed());
    assertTrue(printed().contains("0 of 1 goals met."), printed());
  }

  @Test
  void aDifferenceIsAFailure() throws Exception {
    assertEquals(1, execute("different", "slow"));
    assertEquals(List.of("slow-peer", "different-peer"), ran, "the rest runs all the same");
  }

  @Test
  void whatIsNotThereIsSaidInALineAndSkipped() throws Exception {
    assertEquals(0, execute("missing", "unlinked", "future", "unbuilt"));
    assertTrue(printed().contains("  skipped: there is no such processor\n"), printed());
    assertTrue(
        printed().contains("  skipped: a library can't be loaded here: no jnitorch in the path\n"),
        printed());
    assertTrue(printed().contains("  skipped: it needs Java 999 or newer"), printed());
    assertTrue(printed().contains("  skipped: it is not built for this JDK\n"), printed());
    assertFalse(printed().contains("\tat "), printed());
    assertFalse(ran.contains("future-peer"));
  }

  @Test
  void jsonHasAnObjectForEachLine() throws Exception {
    Path file = folder.resolve("out.json");
    assertEquals(0, execute("slow", "missing", "--json", file.toString()));
    JsonNode list = new JsonMapper().readTree(file.toFile());
    assertEquals(1, list.size());
    List<String> fields = new ArrayList<>();
    list.get(0).fieldNames().forEachRemaining(fields::add);
    assertEquals(List.of("name", "peer", "threads", "ratio", "low", "high", "goal"), fields);
    assertEquals("work", list.get(0).get("name").asText());
    assertEquals("peer", list.get(0).get("peer").asText());
    assertEquals(1, list.get(0).get("threads").asInt());
    assertEquals(1e9, list.get(0).get("goal").asDouble());
    assertTrue(list.get(0).get("low").asDouble() <= list.get(0).get("ratio").asDouble());
  }

  @Test
  void wrongUsageIsStatusTwoAndRunsNothing() throws Exception {
    assertEquals(2, execute("slwo"));
    assertEquals(2, execute("--fast"));
    assertEquals(2, execute("slow", "--json"));
    assertEquals(2, execute("slow", "--json", folder.resolve("no/such/folder").toString()));
    assertEquals(List.of(), ran);
  }

  @Test
  void namesAreListed() throws Exception {
    assertEquals(0, execute("--list"));
    CATALOGUE.forEach(e -> assertTrue(printed().contains(e.name()), e.name()));
    assertEquals(List.of(), ran);
  }

  @Test
  void aComparisonRunsInAJvmOfItsOwn() throws Exception {
    Path outcomes = folder.resolve("outcomes");
    assertEquals(0, new JavaStarter().run(CATALOGUE.get(0), outcomes));
    assertTrue(Files.readString(outcomes).contains("\"peer\""));
    assertEquals(Fork.UNAVAILABLE, new JavaStarter().run(CATALOGUE.get(3), folder.resolve("none")));
  }

  @Test
  void aGoalIsMetToTwoDecimals() {
    assertTrue(new Outcome("x", "y", 1, 0.996, 0.9, 1.1, 1.0).met());
    assertFalse(new Outcome("x", "y", 1, 0.994, 0.9, 1.1, 1.0).met());
  }
}
