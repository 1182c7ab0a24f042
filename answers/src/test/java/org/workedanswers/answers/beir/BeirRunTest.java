package org.workedanswers.answers.beir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.answers.EmbedderOptions;
import org.workedanswers.answers.SentenceModel;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.core.SharedData;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.TextEmbedder;
import org.workedanswers.rag.chunk.Tokens;
import picocli.CommandLine.Help.Ansi;

class BeirRunTest {
  @TempDir Path folder;

  /** One number a topic, by a word that stands for it. */
  private static final Embedder TOPICS =
      new TextEmbedder(
          3,
          text ->
              new float[] {
                text.contains("feline") ? 1 : 0,
                text.contains("bond") ? 1 : 0.1f,
                text.contains("rain") ? 1 : 0.2f
              });

  private void write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines));
  }

  private void smallCollection() throws IOException {
    write(
        "corpus.jsonl",
        "{\"_id\": \"a\", \"text\": \"the cat, a feline, sleeps long\"}",
        "{\"_id\": \"b\", \"text\": \"a bond pays interest\"}",
        "{\"_id\": \"c\", \"text\": \"rain falls\"}",
        "{\"_id\": \"d\", \"text\": \"cats and dogs rain\"}");
    write(
        "queries.jsonl",
        "{\"_id\": \"1\", \"text\": \"cats\"}",
        "{\"_id\": \"2\", \"text\": \"rain\"}",
        "{\"_id\": \"3\", \"text\": \"money: bond\"}");
    write(
        "qrels/test.tsv", "query-id\tcorpus-id\tscore", "1\ta\t1", "2\tc\t2", "2\td\t1", "3\tb\t1");
  }

  private BeirRun run(Workbench bench) {
    BeirRun.Settings settings = new BeirRun.Settings();
    settings.cache = folder.resolve("cache");
    BeirRun run = new BeirRun(bench, settings, folder);
    run.measure("topics", TOPICS, Tokens.WORDS);
    return run;
  }

  @Test
  void figuresByHand() throws IOException {
    smallCollection();
    try (Workbench bench = Workbench.standard()) {
      BeirRun run = run(bench);
      Map<?, ?> legs = (Map<?, ?>) run.json().get("legs");
      Map<?, ?> words = (Map<?, ?>) legs.get("BM25");
      // "cat" is in a and d, of which a is longer, so d comes first; the other queries are
      // answered.
      double second = Math.log(2) / Math.log(3);
      assertEquals((second + 1 + 1) / 3, (double) words.get("nDCG@10"), 1e-12);
      assertEquals((0.5 + 1 + 1) / 3, (double) words.get("MRR@10"), 1e-12);
      assertEquals(1.0, (double) words.get("recall@100"), 1e-12);
      assertEquals((1 + 2 + 1) / 30.0, (double) words.get("P@10"), 1e-12);
      ByteArrayOutputStream page = new ByteArrayOutputStream();
      try (PrintStream out = new PrintStream(page, true, StandardCharsets.UTF_8)) {
        run.show(new TerminalSheet(out, Ansi.OFF));
      }
      String text = page.toString(StandardCharsets.UTF_8);
      assertTrue(text.contains("4 documents, 3 queries"), text);
      assertTrue(text.contains("hybrid - BM25"), text);
      // All legs answer it: it is neither a gain nor a loss.
      assertFalse(text.contains("money: bond"), text);
    }
  }

  /** Ranks 1 of two legs tie in the fusion: trec_eval puts the id first that comes last. */
  @Test
  void equalScoresAreOrderedAsTrecEvalDoes() throws IOException {
    write(
        "corpus.jsonl",
        "{\"_id\": \"x10\", \"text\": \"rain rain\"}",
        "{\"_id\": \"x9\", \"text\": \"a feline\"}",
        "{\"_id\": \"x8\", \"text\": \"rain rain\"}");
    write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"rain\"}");
    write("qrels/test.tsv", "q\tx10\t1");
    try (Workbench bench = Workbench.standard()) {
      Map<?, ?> legs = (Map<?, ?>) run(bench).json().get("legs");
      assertEquals(0.5, (double) ((Map<?, ?>) legs.get("BM25")).get("MRR@10"), 1e-12);
      assertEquals(0.5, (double) ((Map<?, ?>) legs.get("dense")).get("MRR@10"), 1e-12);
      assertEquals(0.5, (double) ((Map<?, ?>) legs.get("hybrid")).get("MRR@10"), 1e-12);
    }
  }

  @Test
  void aQueryThatIsADocumentDoesNotFindItself() throws IOException {
    smallCollection();
    ahead("queries.jsonl", "{\"_id\": \"c\", \"text\": \"rain falls\"}");
    Path qrels = folder.resolve("qrels/test.tsv");
    Files.writeString(qrels, Files.readString(qrels) + "\nc\td\t1");
    try (Workbench bench = Workbench.standard()) {
      BeirRun run = run(bench);
      run.checkRuns(folder.resolve("runs"));
      run.writeRuns(folder.resolve("runs"));
      for (String leg : List.of("BM25", "dense", "hybrid")) {
        List<String> first =
            Files.readAllLines(folder.resolve("runs/" + leg + ".run")).stream()
                .filter(line -> line.startsWith("c Q0 "))
                .toList();
        assertTrue(first.get(0).startsWith("c Q0 d 1 "), leg + first);
        assertTrue(first.stream().noneMatch(line -> line.startsWith("c Q0 c ")), leg + first);
      }
    }
  }

  /** The written runs, measured anew in trec_eval's order, give the figures that are told. */
  @Test
  void runsCanBeMeasuredByOthers() throws IOException {
    smallCollection();
    try (Workbench bench = Workbench.standard()) {
      BeirRun run = run(bench);
      run.checkRuns(folder.resolve("runs"));
      run.writeRuns(folder.resolve("runs"));
      Map<String, String> relevant = Map.of("1", "a", "2", "c", "3", "b");
      for (String leg : List.of("BM25", "dense", "hybrid")) {
        Map<String, List<String[]>> byQuery = new TreeMap<>();
        for (String line : Files.readAllLines(folder.resolve("runs/" + leg + ".run"))) {
          String[] f = line.split(" ");
          assertEquals(6, f.length, line);
          byQuery.computeIfAbsent(f[0], q -> new ArrayList<>()).add(f);
        }
        double sum = 0;
        for (Map.Entry<String, List<String[]>> e : byQuery.entrySet()) {
          e.getValue()
              .sort(
                  Comparator.comparingDouble((String[] f) -> -Double.parseDouble(f[4]))
                      .thenComparing(f -> f[2], Comparator.reverseOrder()));
          for (int i = 0; i < e.getValue().size(); i++) {
            assertEquals(i + 1, Integer.parseInt(e.getValue().get(i)[3]), leg);
          }
          int rank = 1;
          for (String[] f : e.getValue()) {
            boolean right =
                f[2].equals(relevant.get(e.getKey())) || (e.getKey() + f[2]).equals("2d");
            if (right) {
              sum += 1.0 / rank;
              break;
            }
            rank++;
          }
        }
        Map<?, ?> told = (Map<?, ?>) ((Map<?, ?>) run.json().get("legs")).get(leg);
        assertEquals(sum / 3, (double) told.get("MRR@10"), 1e-12, leg);
      }
    }
    ahead("corpus.jsonl", "{\"_id\": \"in two\", \"text\": \"x\"}");
    try (Workbench bench = Workbench.standard()) {
      BeirRun run = new BeirRun(bench, new BeirRun.Settings(), folder);
      Path others = folder.resolve("others");
      Throwable refused = assertThrows(IllegalArgumentException.class, () -> run.checkRuns(others));
      assertTrue(refused.getMessage().contains("'in two'"), refused.getMessage());
    }
    String file = folder.resolve("qrels/test.tsv").toString();
    smallCollection();
    assertStatus(2, "which is no folder", "beir", folder.toString(), "--runs", file);
  }

  @Test
  void whatHasNoWordsIsFoundByNothing() throws IOException {
    smallCollection();
    ahead("corpus.jsonl", "{\"_id\": \"blank\", \"text\": \" \"}");
    ahead("queries.jsonl", "{\"_id\": \"0\", \"text\": \"\\u0001\"}");
    Path qrels = folder.resolve("qrels/test.tsv");
    Files.writeString(qrels, Files.readString(qrels) + "\n0\ta\t1");
    try (Workbench bench = Workbench.standard()) {
      Map<?, ?> legs = (Map<?, ?>) run(bench).json().get("legs");
      assertEquals(3, legs.size());
      for (Object leg : legs.values()) {
        assertEquals(0.75, (double) ((Map<?, ?>) leg).get("recall@100"), 1e-12);
      }
    }
  }

  private void ahead(String name, String line) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, line + "\n" + Files.readString(file));
  }

  /** Eight bits find what 32 find, in order; what is kept of one is not taken for another's. */
  @Test
  void weightsInFewerBitsAreSearchedToo() throws IOException {
    smallCollection();
    try (Workbench bench = Workbench.standard();
        SentenceModel model = new EmbedderOptions().open(bench)) {
      BeirRun.Settings settings = new BeirRun.Settings();
      settings.cache = folder.resolve("cache");
      settings.weights = List.of("q8_0", "int2", "q8_0"); // doubled: once
      BeirRun run = new BeirRun(bench, settings, folder);
      run.measure(model.key(), model.embedder(), model.tokens());
      run.weights();
      List<?> rows = (List<?>) run.json().get("weights, nDCG@10");
      assertEquals(2, rows.size());
      Map<?, ?> eight = (Map<?, ?>) rows.get(0);
      assertEquals(8.5, (double) eight.get("bits"), 1e-12);
      Map<?, ?> dense = (Map<?, ?>) ((Map<?, ?>) run.json().get("legs")).get("dense");
      assertEquals((double) dense.get("nDCG@10"), (double) eight.get("dense"), 1e-12);
      assertEquals(0, (double) eight.get("difference"), 1e-12);
      assertEquals("int2", ((Map<?, ?>) rows.get(1)).get("weights"));
      try (Stream<Path> kept = Files.list(settings.cache)) {
        assertEquals(3, kept.count());
      }
      ByteArrayOutputStream page = new ByteArrayOutputStream();
      try (PrintStream out = new PrintStream(page, true, StandardCharsets.UTF_8)) {
        run.show(new TerminalSheet(out, Ansi.OFF));
      }
      String text = page.toString(StandardCharsets.UTF_8);
      assertTrue(text.matches("(?s).*q8_0 +8\\.50 +.*int2 +2\\.28 .*"), text);
    }
  }

  @Test
  void wrongUsageIsOneSentence() throws IOException {
    smallCollection();
    assertStatus(2, "is no folder", "beir", folder.resolve("none").toString());
    assertStatus(2, "--split names one of [test]", "beir", folder.toString(), "--split", "dev");
    assertStatus(2, "--depth is 0", "beir", folder.toString(), "--depth", "0");
    assertStatus(2, "k1", "beir", folder.toString(), "--k1", "-1");
    assertStatus(2, "--rrf-k is 0", "beir", folder.toString(), "--rrf-k", "0");
    assertStatus(2, "--chunks is 0", "beir", folder.toString(), "--chunks", "64,0");
    assertStatus(2, "no format 'int5'", "beir", folder.toString(), "--weights", "int5");
    String[] others = {"beir", folder.toString(), "--weights", "nf4", "--embedder", "onnxruntime"};
    assertStatus(2, "leave --embedder out", others);
    assertStatus(2, "--depth is 99", "beir", folder.toString(), "--depth", "99");
    String nowhere = folder.resolve("none/x.json").toString();
    assertStatus(2, "can't be written", "beir", folder.toString(), "--json", nowhere);
    assertStatus(2, "DIR", "beir");
  }

  private void assertStatus(int status, String message, String... args) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int is = Study.execute(new PrintStream(OutputStream.nullOutputStream()), err, args);
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(status, is, text);
    assertTrue(text.contains(message) && !text.contains("\tat "), text);
  }

  @Test
  @Tag("long")
  void sciFactHasItsPublishedFigures() {
    try (Workbench bench = Workbench.standard();
        SentenceModel model = new EmbedderOptions().open(bench)) {
      BeirRun.Settings settings = new BeirRun.Settings();
      settings.cache = folder.resolve("cache");
      BeirRun run = new BeirRun(bench, settings, SharedData.file("retrieval/scifact"));
      run.measure(model.key(), model.embedder(), model.tokens());
      Map<?, ?> legs = (Map<?, ?>) run.json().get("legs");
      assertEquals(0.6789, (double) ((Map<?, ?>) legs.get("BM25")).get("nDCG@10"), 0.003);
      assertEquals(0.9253, (double) ((Map<?, ?>) legs.get("BM25")).get("recall@100"), 0.003);
      assertEquals(0.6451, (double) ((Map<?, ?>) legs.get("dense")).get("nDCG@10"), 0.002);
      assertEquals(0.7205, (double) ((Map<?, ?>) legs.get("hybrid")).get("nDCG@10"), 0.003);
    }
  }
}
