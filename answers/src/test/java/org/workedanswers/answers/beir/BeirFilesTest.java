package org.workedanswers.answers.beir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.SharedData;

class BeirFilesTest {
  private static final String CORPUS =
      """
      {"_id": "d 1", "title": "Masks", "text": "hide what is to come", "metadata": {"x": [1]}}

      {"_id": 2, "text": "rows sum to one"}
      {"text": "", "title": " ", "_id": "ä"}
      """;

  private static final String QUERIES =
      """
      {"_id": "q1", "text": "causal"}
      {"_id": "q2", "text": "not judged"}
      {"_id": "q3", "text": "sums"}
      """;

  private static final String QRELS =
      "query-id\tcorpus-id\tscore\nq1\td 1\t2\nq1\t2\t0\nq3\t2\t1\nq3\tgone\t1\nq9\t2\t1\n";

  @TempDir Path folder;

  @BeforeEach
  void writeAll() throws IOException {
    Files.writeString(folder.resolve("corpus.jsonl"), CORPUS);
    Files.writeString(folder.resolve("queries.jsonl"), QUERIES);
    Files.createDirectories(folder.resolve("qrels"));
    Files.writeString(folder.resolve("qrels/test.tsv"), QRELS);
  }

  private static void assertSmallCollection(BeirCollection c) {
    // Backwards by the ids' bytes.
    assertEquals(List.of("ä", "d 1", "2"), c.ids());
    assertEquals(List.of("", "Masks hide what is to come", "rows sum to one"), c.texts());
    assertEquals(List.of("q1", "q3"), c.queryIds());
    assertEquals(List.of("causal", "sums"), c.queries());
    assertEquals(List.of(Map.of(1, 2, 2, 0), Map.of(2, 1)), c.grades());
    assertEquals(2, c.unknown());
  }

  @Test
  void aCollectionIsReadAsItIsWritten() throws IOException {
    assertSmallCollection(BeirFiles.read(folder, "test"));
    for (String name : List.of("corpus", "queries")) {
      Path plain = folder.resolve(name + ".jsonl");
      Files.write(folder.resolve(name + ".jsonl.gz"), gzip(Files.readString(plain)));
      Files.delete(plain);
    }
    assertSmallCollection(BeirFiles.read(folder, "test"));
  }

  @Test
  void anotherEncodingIsNotTakenForUtf8() throws IOException {
    Path corpus = folder.resolve("corpus.jsonl");
    Files.write(corpus, Files.readString(corpus).getBytes(StandardCharsets.ISO_8859_1));
    Throwable refused =
        assertThrows(IllegalArgumentException.class, () -> BeirFiles.read(folder, "test"));
    assertTrue(refused.getMessage().contains("not UTF-8 text"), refused.getMessage());
  }

  @Test
  void marksAndLineEndsOfOtherSystemsAreNoPartOfTheText() throws IOException {
    Files.writeString(folder.resolve("corpus.jsonl"), "\ufeff" + CORPUS.replace("\n", "\r\n"));
    Files.writeString(folder.resolve("qrels/test.tsv"), QRELS.replace("\n", "\r\n"));
    assertSmallCollection(BeirFiles.read(folder, "test"));
    String withoutHead = QRELS.substring(QRELS.indexOf('\n') + 1);
    Files.writeString(folder.resolve("qrels/dev.tsv"), withoutHead.strip());
    assertSmallCollection(BeirFiles.read(folder, "dev"));
  }

  @Test
  void whatCantBeReadIsNamedWithItsLine() throws IOException {
    assertRefused("corpus.jsonl", "{\"_id\": \"a\", \"text\": \"x\"}\n{oops", "line 2: no JSON");
    assertRefused("corpus.jsonl", "\n[1]", "line 2: no JSON object");
    assertRefused("corpus.jsonl", "{\"_id\": \"a\"}", "line 1: no \"text\"");
    assertRefused("corpus.jsonl", "{\"_id\": null, \"text\": \"\"}", "line 1: no \"_id\"");
    assertRefused("corpus.jsonl", "{\"_id\": {}, \"text\": \"\"}", "line 1: no \"_id\"");
    assertRefused(
        "corpus.jsonl",
        "{\"_id\": \"a\", \"text\": \"x\"}\n{\"_id\": \"a\", \"text\": \"y\"}",
        "line 2: a second document a");
    assertRefused("corpus.jsonl", "\n \n", "holds no document");
    assertRefused("queries.jsonl", QUERIES + QUERIES, "line 4: a second query q1");
    assertRefused("qrels/test.tsv", "query\tcorpus\tScore\nq1 d1 1", "line 2: 1 columns");
    assertRefused("qrels/test.tsv", QRELS + "q1\t2\tmuch", "line 7: 'much' is no grade");
    assertRefused("qrels/test.tsv", QRELS + "q1\t2\t1", "line 7: query q1 and document 2 have");
    assertRefused("qrels/test.tsv", "x\ty\t1", "judges no query");
    assertRefused("qrels/test.tsv", "q1\t2\tbad\n" + QRELS, "line 1: 'bad' is no grade");
    assertRefused("corpus.jsonl", "{\"_id\": 1, \"text\": \"x\"} more", "line 1: no JSON");
    assertRefused(
        "corpus.jsonl", "{\"_id\": 1, \"title\": {}, \"text\": \"x\"}", "line 1: a \"title\"");
    String deep = "[".repeat(5000);
    assertRefused("corpus.jsonl", deep, "line 1: no JSON");
    assertRefused("corpus.jsonl", "x".repeat(BeirFiles.MAX_LINE + 1), "longer than 10 million");
  }

  private void assertRefused(String file, String content, String message) throws IOException {
    Path path = folder.resolve(file);
    String before = Files.readString(path);
    Files.writeString(path, content);
    assertMessage(message, folder, "test");
    Files.writeString(path, before);
  }

  private static void assertMessage(String part, Path folder, String split) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> BeirFiles.read(folder, split))
            .getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void whatIsMissingIsSaid() throws IOException {
    assertMessage("is no folder", folder.resolve("nowhere"), "test");
    assertMessage("--split names one of [test]", folder, "train");
    assertMessage("no name of a split", folder, "../test");
    Files.delete(folder.resolve("queries.jsonl"));
    assertMessage("no queries.jsonl and no queries.jsonl.gz", folder, "test");
  }

  @Test
  void aTruncatedArchiveIsRefused() throws IOException {
    byte[] whole = gzip(CORPUS.repeat(1));
    Files.delete(folder.resolve("corpus.jsonl"));
    for (int length : new int[] {0, 1, 9, 12, whole.length / 2, whole.length - 1}) {
      Files.write(folder.resolve("corpus.jsonl.gz"), Arrays.copyOf(whole, length));
      assertMessage("corpus.jsonl.gz", folder, "test");
    }
    Files.writeString(folder.resolve("corpus.jsonl.gz"), CORPUS);
    assertMessage("can't be read", folder, "test");
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void sciFactIsWhole() {
    BeirCollection c = BeirFiles.read(SharedData.file("retrieval/scifact"), "test");
    assertEquals(5183, c.texts().size());
    assertEquals(300, c.queries().size());
    assertEquals(339, c.grades().stream().mapToInt(Map::size).sum());
    assertEquals(0, c.unknown());
  }
}
