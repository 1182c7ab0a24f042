package org.workedanswers.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.Encoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WordPiece against Hugging Face's tokenizers, with MiniLM's vocabulary. */
class WordPieceTest {
  private static WordPiece ours;

  @BeforeAll
  static void read() throws IOException {
    ours = WordPiece.of(Djl.miniLmPieces(), WordPiece.Settings.UNCASED);
  }

  @Test
  void randomTextsHaveHuggingFacesTokens() throws IOException {
    Random random = new Random(1);
    try (Djl djl = Djl.bare(Djl.miniLm())) {
      for (int i = 0; i < 5000; i++) {
        String text = Texts.random(random);
        int[] tokens = ours.encode(text);
        assertArrayEquals(djl.encode(text), tokens, () -> escaped(text));
        if (i % 5 == 0 && tokens.length > 0) {
          assertEquals(djl.decode(tokens), ours.decode(tokens), () -> escaped(text));
        }
      }
    }
  }

  @Test
  void everyCharacterHasHuggingFacesTokens() throws IOException {
    everyCharacter(0, 0x20000);
    everyCharacter(0x2A600, 0x2A800);
    everyCharacter(0x2B600, 0x2BA00);
    everyCharacter(0x2CE00, 0x2D000);
    everyCharacter(0x2F700, 0x2FB00);
    everyCharacter(0xE0000, 0xE0200);
  }

  @Test
  @Tag("long")
  void everyCharacterOfAllPlanesHasHuggingFacesTokens() throws IOException {
    everyCharacter(0x20000, Character.MAX_CODE_POINT + 1);
  }

  private static void everyCharacter(int first, int end) throws IOException {
    List<String> texts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int c = first; c < end; c++) {
      if (c < 0xD800 || c >= 0xE000) {
        text.append('a').appendCodePoint(c).append("b ");
      }
      if (c % 256 == 255) {
        texts.add(text.toString());
        text.setLength(0);
      }
    }
    try (Djl djl = Djl.bare(Djl.miniLm())) {
      List<int[]> theirs = djl.encode(texts);
      for (int i = 0; i < texts.size(); i++) {
        String at = "characters from " + Integer.toHexString(first + 256 * i);
        assertArrayEquals(theirs.get(i), ours.encode(texts.get(i)), at);
      }
    }
  }

  /** A vocabulary that has each letter, so that what a character becomes is seen. */
  @Test
  void everyLetterBecomesWhatHuggingFaceMakesOfIt() throws IOException {
    for (boolean uncased : List.of(true, false)) {
      List<String> pieces = new ArrayList<>(List.of("[UNK]", "a", "##b", "##i", "##\u0307"));
      List<String> texts = new ArrayList<>();
      for (int c = 0x80; c < 0x20000; c++) {
        boolean many = c >= 0x3400 && c < 0xA000 || c >= 0xAC00 && c < 0xE000;
        if (many || ofUnicode16(c) || !Character.isLetter(c)) {
          continue;
        }
        pieces.add("##" + Character.toString(c));
        texts.add("a" + Character.toString(c) + "b");
      }
      WordPiece.Settings settings =
          new WordPiece.Settings(true, true, uncased, true, "[UNK]", "##", 100, true);
      WordPiece letters = new WordPiece(Vocabulary.of(pieces), settings, List.of());
      try (Djl djl = Djl.bare(Json.wordPiece(pieces, uncased, true))) {
        List<int[]> theirs = djl.encode(texts);
        for (int i = 0; i < texts.size(); i++) {
          assertArrayEquals(theirs.get(i), letters.encode(texts.get(i)), texts.get(i));
        }
      }
    }
  }

  /** Scripts of Unicode 16 with letters that are taken apart: not all JDKs and tables know them. */
  private static boolean ofUnicode16(int c) {
    return c >= 0x105C0 && c < 0x10600
        || c >= 0x11380 && c < 0x11400
        || c >= 0x16100 && c < 0x16140
        || c >= 0x16D40 && c < 0x16D80;
  }

  @Test
  void caseAndAccentsAreKeptWhereSetSo() throws IOException {
    List<String> pieces = Djl.miniLmPieces();
    WordPiece cased = WordPiece.of(pieces, WordPiece.Settings.CASED);
    Random random = new Random(2);
    try (Djl djl = Djl.bare(Json.wordPiece(pieces, false, false))) {
      for (int i = 0; i < 500; i++) {
        String text = Texts.random(random).replaceAll("\\[[A-Z]+]", "");
        assertArrayEquals(djl.encode(text), cased.encode(text), () -> escaped(text));
      }
    }
  }

  @Test
  void sentencesAndPairsAreCutAsHuggingFaceCutsThem() throws IOException {
    Random random = new Random(3);
    for (int max : new int[] {3, 4, 5, 8, 17, 128}) {
      Map<String, String> options =
          Map.of("truncation", "true", "padding", "false", "maxLength", Integer.toString(max));
      try (Djl djl = new Djl(Djl.miniLm(), options)) {
        for (int i = 0; i < 60; i++) {
          String a = Texts.random(random);
          String b = Texts.random(random);
          assertArrayEquals(djl.encode(a), ours.encodeSentence(a, max), () -> escaped(a));
          Encoding both = djl.encode(a, b);
          WordPiece.Pair pair = ours.encodePair(a, b, max);
          assertArrayEquals(Djl.ints(both.getIds()), pair.tokens(), () -> max + escaped(a + b));
          assertArrayEquals(Djl.ints(both.getTypeIds()), pair.types());
        }
      }
    }
    assertArrayEquals(new int[] {101, 102}, ours.encodeSentence("hello", 2));
    assertThrows(IllegalArgumentException.class, () -> ours.encodeSentence("hello", 1));
    assertThrows(IllegalArgumentException.class, () -> ours.encodePair("a", "b", 2));
  }

  @Test
  void halvesOfPairsAreDropped() throws IOException {
    try (Djl djl = Djl.bare(Djl.miniLm())) {
      for (String text : List.of("a\uD83Db", "\uDE42", "x \uDE42\uD83D y", "\uD83D")) {
        assertArrayEquals(djl.encode(text), ours.encode(text));
      }
    }
    assertArrayEquals(ours.encode("ab"), ours.encode("a\uD83Db"));
  }

  @Test
  void wordsUpToAHundredCharactersAreCut() {
    int unknown = ours.id("[UNK]").getAsInt();
    assertTrue(ours.encode("a".repeat(100)).length > 1);
    assertArrayEquals(new int[] {unknown}, ours.encode("a".repeat(101)));
    // Characters, not chars: each of these is two of them.
    WordPiece wide = WordPiece.of(List.of("[UNK]", "𐐨", "##𐐨"), WordPiece.Settings.UNCASED);
    assertEquals(100, wide.encode("𐐨".repeat(100)).length);
    assertArrayEquals(new int[] {0}, wide.encode("𐐨".repeat(101)));
    assertArrayEquals(new int[] {unknown, 1037}, ours.encode("a".repeat(1_000_000) + " a"));
  }

  @Test
  void specialTokensInATextAreFoundOrTakenForCharacters() {
    assertArrayEquals(new int[] {1037, 102, 1038}, ours.encode("a[SEP]b"));
    assertArrayEquals(
        ours.encode("a [ sep ] b"), ours.encodeOrdinary("a[SEP]b"), "taken for characters");
    assertEquals("a [SEP] b", ours.decode(1037, 102, 1038));
  }

  @Test
  void allFiveSpecialTokensAreFoundAndThoseOfOnesOwnTakenForCharacters() throws IOException {
    assertArrayEquals(
        new int[] {0, 100, 101, 102, 103}, ours.encode("[PAD][UNK] [CLS] [SEP][MASK]"));
    AddedToken loud = new AddedToken("HELLO", 30522, false, false, false, true);
    WordPiece own =
        new WordPiece(Vocabulary.of(Djl.miniLmPieces()), WordPiece.Settings.UNCASED, List.of(loud));
    assertArrayEquals(new int[] {30522}, own.encode("Hello"), "found after both are in lower case");
    assertArrayEquals(ours.encode("hello"), own.encodeOrdinary("Hello"));
  }

  /** A prefix of one's own; the longest piece is as long as a piece may be. */
  @Test
  void piecesAreCutByTheSettingsPrefix() {
    WordPiece.Settings settings =
        new WordPiece.Settings(true, true, true, true, "?", "@@", 200, false);
    WordPiece own = WordPiece.of(List.of("?", "a", "@@b", "abcde", "b"), settings);
    assertArrayEquals(new int[] {1, 2}, own.encode("ab"));
    assertArrayEquals(new int[] {3}, own.encode("abcde"));
    assertArrayEquals(new int[] {0, 4}, own.encode("abcd b"));
    assertEquals("ab b", own.decode(1, 2, 4));
    String longest = "a" + "b".repeat(199);
    assertEquals(200, own.encode(longest).length);
    assertArrayEquals(new int[] {0}, own.encode(longest + "b"));
    refused("1..200", () -> new WordPiece.Settings(true, true, true, true, "?", "@@", 201, true));
  }

  @Test
  void wordsAreGluedAndTidied() {
    assertEquals("hello, world!", ours.decode(ours.encode("Hello , WORLD !")));
    assertEquals("unaffable", ours.decode(ours.encode("unaffable")));
    assertEquals("", ours.decode());
    assertEquals("", ours.decode(ours.encode("")));
  }

  /** Contractions are tidied within a token, so only pieces that hold them show it. */
  @Test
  void contractionsAreTidiedAsHuggingFaceTidiesThem() throws IOException {
    List<String> pieces =
        List.of(
            "[UNK]",
            "a",
            "##b",
            "do",
            "n't",
            "'m",
            "'s",
            "'ve",
            "'re",
            "do not",
            "' ",
            ".",
            "?",
            "!",
            ",",
            "##.",
            "'",
            "x ' y",
            "x 'm",
            "x n't",
            "x .",
            "## 's",
            "## do not",
            "not");
    WordPiece tidy = WordPiece.of(pieces, WordPiece.Settings.CASED);
    WordPiece.Settings plain =
        new WordPiece.Settings(true, true, false, false, "[UNK]", "##", 100, false);
    WordPiece untidy = WordPiece.of(pieces, plain);
    assertEquals("a . a", untidy.decode(1, 11, 1));
    Random random = new Random(5);
    String file = new String(Json.wordPiece(pieces, false, false), StandardCharsets.UTF_8);
    String decoder = "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}";
    String cleaned = file.replace("\"decoder\":null", "\"decoder\":" + decoder);
    try (Djl djl = Djl.bare(cleaned.getBytes(StandardCharsets.UTF_8))) {
      for (int i = 0; i < 500; i++) {
        int[] tokens = random.ints(1 + random.nextInt(8), 1, pieces.size()).toArray();
        assertEquals(djl.decode(tokens), tidy.decode(tokens), () -> Arrays.toString(tokens));
      }
    }
  }

  @Test
  void manyMarksInARowTakeNoQuadraticTime() {
    String marks = "e" + "\u0301\u0316".repeat(100_000);
    assertArrayEquals(ours.encode("e"), ours.encode(marks));
  }

  @Test
  void vocabularyFilesAreRead(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("vocab.txt");
    Files.writeString(file, String.join("\n", Djl.miniLmPieces()));
    WordPiece read = WordPiece.read(file, WordPiece.Settings.UNCASED);
    assertEquals(30522, read.size());
    assertArrayEquals(ours.encode("Embeddings!"), read.encode("Embeddings!"));
    Files.writeString(file, "[UNK]\r\na\r\n##b\r\n");
    assertEquals(3, WordPiece.read(file, WordPiece.Settings.UNCASED).size());
    assertArrayEquals(
        new int[] {1, 2}, WordPiece.read(file, WordPiece.Settings.UNCASED).encode("ab"));
    Files.write(file, new byte[] {'a', (byte) 0xFF});
    refused("UTF-8", () -> WordPiece.read(file, WordPiece.Settings.UNCASED));
    Files.write(file, new byte[0]);
    refused("0 pieces", () -> WordPiece.read(file, WordPiece.Settings.UNCASED));
    refused("no file", () -> WordPiece.read(folder, WordPiece.Settings.UNCASED));
  }

  @Test
  void whatIsWrongIsTold() {
    WordPiece.Settings uncased = WordPiece.Settings.UNCASED;
    refused("[UNK]", () -> WordPiece.of(List.of("a", "b"), uncased));
    refused("null", () -> WordPiece.of(Arrays.asList("[UNK]", null), uncased));
    refused("[CLS]", () -> WordPiece.of(List.of("[UNK]"), uncased).encodeSentence("a", 5));
    refused("30521", () -> ours.piece(30522));
    refused("-1", () -> ours.decode(-1));
    refused("null", () -> ours.encode(null));
    refused("1..200", () -> new WordPiece.Settings(true, true, true, true, "[UNK]", "##", 0, true));
    AddedToken clash = AddedToken.of("x", 0);
    refused(
        "same number",
        () -> new WordPiece(Vocabulary.of(List.of("[UNK]")), uncased, List.of(clash)));
  }

  private static void refused(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }

  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.chars()
        .forEach(
            c -> escaped.append(c > ' ' && c < 127 ? "" + (char) c : String.format("\\u%04X", c)));
    return escaped.toString();
  }
}
