package org.workedanswers.rag.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.TextEmbedder;

class ChunkersTest {
  private static final String[] WORDS = {
    "a",
    "\u2003",
    "x\u00a0y",
    "key",
    "query,",
    "Dr.",
    "mask",
    "(of",
    "rows)",
    "3.14",
    "e.g.",
    "Ünïcode",
    "漢字",
    "🙂",
    "end."
  };
  private static final String[] GAPS = {
    " ", " ", " ", " ", "  ", "\n", "\n\n", "\r\n", ". ", "? ", "\t"
  };

  /** Letters are tokens, so that a chunk's size is easily counted, and white space is none. */
  private static final Tokens CHARACTERS =
      text -> {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
          if (!Span.isSpace(text.charAt(i))) {
            spans.add(new Span(i, i + 1));
          }
        }
        return spans;
      };

  /** How often a text speaks of cats and of bonds. */
  private static final Embedder TOPICS =
      new TextEmbedder(2, text -> new float[] {count(text, "Cats"), count(text, "Bonds")});

  /** Anything, so that there are cuts anywhere. */
  private static final Embedder ANYTHING =
      new TextEmbedder(2, text -> new float[] {text.length() % 7, text.hashCode() % 5});

  private static int count(String text, String word) {
    return text.split(word, -1).length - 1;
  }

  private static Map<String, Chunker> chunkers(Tokens tokens, int size, int overlap) {
    Map<String, Chunker> chunkers = new LinkedHashMap<>();
    chunkers.put("fixed", new FixedChunker(new ChunkSize(tokens, size, overlap)));
    chunkers.put("sentences", new SentenceChunker(new ChunkSize(tokens, size, overlap)));
    chunkers.put("recursive", new RecursiveChunker(new ChunkSize(tokens, size, overlap)));
    chunkers.put("semantic", new SemanticChunker(ANYTHING, tokens, size, 60));
    return chunkers;
  }

  private static String text(SeededRandom random, int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(WORDS[random.below(WORDS.length)]).append(GAPS[random.below(GAPS.length)]);
    }
    return text.toString();
  }

  @Test
  void chunksHoldEveryTokenInOrderAndAreNotTooLong() {
    SeededRandom random = new SeededRandom(1);
    for (int round = 0; round < 300; round++) {
      Tokens tokens = random.coin() ? Tokens.WORDS : CHARACTERS;
      String text = text(random, random.below(120));
      int size = 1 + random.below(30);
      int overlap = random.below(size);
      for (Map.Entry<String, Chunker> chunker : chunkers(tokens, size, overlap).entrySet()) {
        String where = chunker.getKey() + ", " + size + ", " + overlap + ": " + text;
        check(where, tokens, text, size, overlap, chunker.getValue().chunks(text));
      }
    }
  }

  private static void check(
      String where, Tokens tokens, String text, int size, int overlap, List<Span> chunks) {
    boolean[] covered = new boolean[text.length()];
    for (int i = 0; i < chunks.size(); i++) {
      Span chunk = chunks.get(i);
      int count = count(tokens, text, chunk);
      assertTrue(count > 0 && count <= size, count + " tokens: " + where);
      assertEquals(chunk, chunk.trimmed(text), where);
      if (i > 0) {
        Span before = chunks.get(i - 1);
        assertTrue(before.from() < chunk.from() && before.to() < chunk.to(), where);
        if (chunk.from() < before.to()) {
          Span shared = new Span(chunk.from(), before.to());
          assertTrue(count(tokens, text, shared) <= overlap, where);
        }
      }
      for (int c = chunk.from(); c < chunk.to(); c++) {
        covered[c] = true;
      }
    }
    for (Span token : tokens.spans(text)) {
      assertTrue(covered[token.from()] && covered[token.to() - 1], token + ": " + where);
    }
  }

  private static int count(Tokens tokens, String text, Span span) {
    return (int)
        tokens.spans(text).stream()
            .filter(t -> span.from() <= t.from() && t.from() < span.to())
            .count();
  }

  @Test
  void fixedChunksBeginEverySizeLessOverlap() {
    SeededRandom random = new SeededRandom(2);
    for (int round = 0; round < 200; round++) {
      int n = 1 + random.below(100);
      int size = 1 + random.below(20);
      int overlap = random.below(size);
      String text = "x".repeat(n);
      List<Span> expected = new ArrayList<>();
      int step = size - overlap;
      int chunks = n <= size ? 1 : 1 + (n - size + step - 1) / step;
      for (int i = 0; i < chunks; i++) {
        expected.add(new Span(i * step, Math.min(n, i * step + size)));
      }
      assertEquals(
          expected, new FixedChunker(new ChunkSize(CHARACTERS, size, overlap)).chunks(text));
    }
  }

  @Test
  void sentencesArePackedWhole() {
    String text = "One two. Three four five. Six. Seven eight nine ten. Eleven.";
    assertEquals(
        List.of("One two. Three four five.", "Six. Seven eight nine ten.", "Eleven."),
        pieces(text, new SentenceChunker(new ChunkSize(Tokens.WORDS, 8, 0))));
    assertEquals(
        List.of(
            "One two. Three four five.",
            "Three four five. Six.",
            "Six. Seven eight nine ten.",
            "Eleven."),
        pieces(text, new SentenceChunker(new ChunkSize(Tokens.WORDS, 8, 4))));
    assertEquals(
        List.of("One two.", "Three four five", ". Six.", "Seven eight nine", "ten.", "Eleven."),
        pieces(text, new SentenceChunker(new ChunkSize(Tokens.WORDS, 3, 0))));
  }

  @Test
  void layoutIsKeptTogetherBeforeSentences() {
    String text = "A b c.\nD e f.\n\nG h.\n\nI j k l m. N o p q. R s.\nT u v.";
    assertEquals(
        List.of("A b c.\nD e f.\n\nG h.", "I j k l m. N o p q.", "R s.", "T u v."),
        pieces(text, new RecursiveChunker(new ChunkSize(Tokens.WORDS, 11, 0))));
    assertEquals(
        List.of(text), pieces(text, new RecursiveChunker(new ChunkSize(Tokens.WORDS, 100, 0))));
    assertEquals(
        List.of(
            "A b c.",
            "D e f.",
            "G h.",
            "I j k l",
            "m .".replace(" ", ""),
            "N o p q",
            ".",
            "R s.",
            "T u v."),
        pieces(text, new RecursiveChunker(new ChunkSize(Tokens.WORDS, 4, 0))));
  }

  @Test
  void aChangeOfTopicEndsAChunk() {
    String cats = "Cats purr. Cats sleep. Cats hunt mice. Cats climb. ";
    String bonds = "Bonds pay interest. Bonds mature. Bonds are traded. Bonds fall.";
    SemanticChunker chunker = new SemanticChunker(TOPICS, Tokens.WORDS, 100, 80);
    SemanticChunker.Trace trace = chunker.trace(cats + bonds);
    assertEquals(8, trace.sentences().size());
    // Windows of three sentences: c/3 of them on cats, so the three δ at the seam are alike.
    double third = 1 - 2 / Math.sqrt(5);
    double middle = 1 - 4.0 / 5;
    double[] expected = {0, 0, third, middle, third, 0, 0};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], trace.distances().get(i), 1e-6);
    }
    assertEquals(List.of(cats.strip(), bonds), pieces(cats + bonds, chunker));
    assertEquals(4, pieces(cats + bonds, new SemanticChunker(TOPICS, Tokens.WORDS, 8, 80)).size());
  }

  @Test
  void nothingGivesNothing() {
    for (String text :
        new String[] {"", " ", "\n\n \t\r\n", "\u2003", "\u3000\u00a0\u2028\u0085\u001c"}) {
      for (Map.Entry<String, Chunker> chunker : chunkers(Tokens.WORDS, 7, 2).entrySet()) {
        assertEquals(List.of(), chunker.getValue().chunks(text), chunker.getKey());
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertMessage("0", () -> new FixedChunker(new ChunkSize(Tokens.WORDS, 0, 0)));
    assertMessage(
        "an overlap of 8 tokens does not fit chunks of 8: it must be 0..7",
        () -> new SentenceChunker(new ChunkSize(Tokens.WORDS, 8, 8)));
    assertMessage("-1", () -> new RecursiveChunker(new ChunkSize(Tokens.WORDS, 8, -1)));
    assertMessage("NaN", () -> new SemanticChunker(TOPICS, Tokens.WORDS, 8, Double.NaN));
    assertMessage("from 2 to 1", () -> new Span(2, 1));
    Tokens backwards = text -> List.of(new Span(1, 2), new Span(0, 1));
    assertMessage("token 1", () -> new FixedChunker(new ChunkSize(backwards, 8, 0)).chunks("ab"));
    Tokens beyond = text -> List.of(new Span(0, 3));
    assertMessage("must not", () -> new FixedChunker(new ChunkSize(beyond, 8, 0)).chunks("ab"));
  }

  private static void assertMessage(String part, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  private static List<String> pieces(String text, Chunker chunker) {
    return chunker.chunks(text).stream().map(s -> s.of(text)).toList();
  }
}
