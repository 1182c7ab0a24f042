package org.workedanswers.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may know whom, held against the poms. */
class RoomsTest {
  private static final String OURS = "org.workedanswers";
  private static final String PREFIX = "worked-answers-";

  /** The techniques and the rooms that each may know; nothing else but commons-math3. */
  private static final Map<String, Set<String>> TECHNIQUES = new LinkedHashMap<>();

  /** The integrations: a technique each, and outside libraries. */
  private static final Map<String, Set<String>> INTEGRATIONS = new LinkedHashMap<>();

  /** Rooms that know all, and that nobody knows but those of this list. */
  private static final Set<String> TOPS =
      Set.of("answers", "benchmarks", "consumer", "examples-langchain4j", "house", "peers");

  static {
    TECHNIQUES.put("core", Set.of());
    TECHNIQUES.put("attention", Set.of("core"));
    TECHNIQUES.put("quantization", Set.of("core"));
    TECHNIQUES.put("lora", Set.of("core", "quantization"));
    TECHNIQUES.put("moe", Set.of("core"));
    TECHNIQUES.put("rag", Set.of("core"));
    TECHNIQUES.put("tokenizers", Set.of());
    TECHNIQUES.put("checkpoints", Set.of("core", "quantization"));
    Set<String> parts =
        Set.of("core", "attention", "quantization", "lora", "moe", "tokenizers", "checkpoints");
    TECHNIQUES.put("transformer", parts);
    TECHNIQUES.put("embeddings", Set.of("core", "rag", "transformer"));
    INTEGRATIONS.put("huggingface", Set.of("core", "tokenizers", "checkpoints", "transformer"));
    INTEGRATIONS.put("nd4j", Set.of("core"));
    INTEGRATIONS.put("langchain4j", Set.of("core", "rag"));
    INTEGRATIONS.put("lucene", Set.of("core", "rag"));
    INTEGRATIONS.put("documents", Set.of("core", "rag"));
    INTEGRATIONS.put("opentelemetry", Set.of("core", "rag"));
    INTEGRATIONS.put("pgvector", Set.of("core", "rag"));
  }

  @Test
  void everyRoomKnowsOnlyWhomItMay() {
    List<String> broken = new ArrayList<>();
    for (String module : Pom.ofFolder(".").modulesOfProfilesToo()) {
      if (!module.equals("bom")) {
        broken.addAll(broken(Pom.ofFolder(module)));
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void whatIsLargeIsBuiltByAProfileAlone() {
    Pom root = Pom.ofFolder(".");
    Set<String> byProfile = new TreeSet<>(root.modulesOfProfilesToo());
    byProfile.removeAll(root.modules());
    assertEquals(Set.of("peers"), byProfile);
    Set<String> large = Set.of("pytorch-platform", "jvector", "jlama-core");
    for (String module : root.modules()) {
      assertTrue(
          Pom.ofFolder(module).dependencies().stream().noneMatch(d -> large.contains(d.artifact())),
          module);
    }
  }

  @Test
  void whatTheTableForbidsIsSeen() {
    assertBroken("attention", OURS, PREFIX + "rag", "compile");
    assertBroken("attention", OURS, PREFIX + "answers", "runtime");
    assertBroken("attention", OURS, PREFIX + "answers", "test");
    assertBroken("core", OURS, PREFIX + "attention", "compile");
    assertBroken("nd4j", OURS, PREFIX + "answers", "compile");
    assertBroken("rag", "org.slf4j", "slf4j-api", "compile");
    assertBroken("moe", "org.nd4j", "nd4j-native-platform", "provided");
    assertBroken("newroom", OURS, PREFIX + "core", "compile");
    assertEquals(List.of(), broken(pom("lora", OURS, PREFIX + "quantization", "compile")));
    assertEquals(List.of(), broken(pom("moe", "org.apache.commons", "commons-math3", "compile")));
    assertEquals(List.of(), broken(pom("rag", "org.apache.lucene", "lucene-core", "test")));
    assertEquals(List.of(), broken(pom("nd4j", "org.nd4j", "nd4j-native-platform", "compile")));
  }

  private static void assertBroken(String room, String group, String artifact, String scope) {
    assertFalse(broken(pom(room, group, artifact, scope)).isEmpty(), room + " -> " + artifact);
  }

  private static Pom pom(String room, String group, String artifact, String scope) {
    return Pom.of(
        String.format(
            """
            <project>
              <artifactId>%s%s</artifactId>
              <dependencies>
                <dependency>
                  <groupId>%s</groupId>
                  <artifactId>%s</artifactId>
                  <scope>%s</scope>
                </dependency>
              </dependencies>
            </project>
            """,
            PREFIX, room, group, artifact, scope));
  }

  /** What a pom breaks of the table, in sentences. */
  private static List<String> broken(Pom pom) {
    String room = pom.artifact().substring(PREFIX.length());
    boolean technique = TECHNIQUES.containsKey(room);
    if (!technique && !INTEGRATIONS.containsKey(room)) {
      return TOPS.contains(room) ? List.of() : List.of(room + " is not in the table of rooms");
    }
    Set<String> known = technique ? TECHNIQUES.get(room) : INTEGRATIONS.get(room);
    List<String> broken = new ArrayList<>();
    for (Pom.Dependency d : pom.dependencies()) {
      if (d.group().equals(OURS)) {
        String other = d.artifact().substring(PREFIX.length());
        // A test may compare two techniques; none may know what stands above it.
        boolean allowed =
            d.scope().equals("test") ? TECHNIQUES.containsKey(other) : known.contains(other);
        if (!allowed) {
          broken.add(room + " knows " + other + ", and may know " + known);
        }
      } else if (technique && !d.scope().equals("test") && !d.artifact().equals("commons-math3")) {
        broken.add(
            room + " is a technique and needs " + d.artifact() + ": that makes it an integration");
      }
    }
    return broken;
  }
}
