package org.workedanswers.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.tokenizers.WordPieceTest.escaped;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Byte-level BPE against jtokkit and Hugging Face's tokenizers, with GPT-2's and GPT-4's ranks. */
class ByteLevelBpeTest {
  private static final String CL100K =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String END = "<|endoftext|>";

  private static Map<String, Integer> gpt2Ranks;
  private static List<Merge> gpt2Merges;
  private static ByteLevelBpe gpt2;
  private static ByteLevelBpe gpt4;

  @BeforeAll
  static void read() throws IOException {
    gpt2Ranks = Ranks.pieces(Ranks.file("r50k_base.tiktoken"));
    gpt2Merges = Ranks.merges(gpt2Ranks);
    gpt2 =
        ByteLevelBpe.of(
            Vocabulary.of(gpt2Ranks),
            gpt2Merges,
            ByteLevelBpe.Settings.GPT2,
            List.of(AddedToken.of(END, 50256)));
    gpt4 =
        ByteLevelBpe.readTiktoken(
            Ranks.file("cl100k_base.tiktoken"), PreTokenizer.LLAMA3, List.of());
  }

  @Test
  void tokensAreThoseOfJtokkit() throws IOException {
    ByteLevelBpe ranks =
        ByteLevelBpe.readTiktoken(Ranks.file("r50k_base.tiktoken"), PreTokenizer.GPT2, List.of());
    Encoding r50k = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    Encoding cl100k = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    Random random = new Random(4);
    for (int i = 0; i < 3000; i++) {
      String text = Texts.random(random);
      int[] tokens = gpt2.encodeOrdinary(text);
      assertArrayEquals(r50k.encodeOrdinary(text).toArray(), tokens, () -> escaped(text));
      assertArrayEquals(tokens, ranks.encode(text), () -> escaped(text));
      assertArrayEquals(
          cl100k.encodeOrdinary(text).toArray(), gpt4.encode(text), () -> escaped(text));
    }
  }

  @Test
  void tokensAndTextsAreThoseOfHuggingFace() throws IOException {
    Map<String, Integer> ranks = Ranks.pieces(Ranks.file("cl100k_base.tiktoken"));
    byte[] second = Json.byteLevel(ranks, Ranks.merges(ranks), CL100K, true, Map.of());
    byte[] first = Json.byteLevel(gpt2Ranks, gpt2Merges, GPT2, false, Map.of(END, 50256));
    Random random = new Random(5);
    try (Djl djl2 = Djl.bare(first);
        Djl djl4 = Djl.bare(second)) {
      for (int i = 0; i < 2000; i++) {
        String text = Texts.random(random);
        assertArrayEquals(djl2.encode(text), gpt2.encode(text), () -> escaped(text));
        assertArrayEquals(djl4.encode(text), gpt4.encode(text), () -> escaped(text));
        int[] any = random.ints(random.nextInt(12), 0, 50257).toArray();
        if (any.length > 0) {
          assertEquals(djl2.decode(any), gpt2.decode(any), () -> Arrays.toString(any));
        }
      }
    }
  }

  @Test
  void textsComeBack() {
    Random random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      StringBuilder any = new StringBuilder(Texts.random(random));
      for (int j = random.nextInt(20); j > 0; j--) {
        any.appendCodePoint(Texts.scalar(random));
      }
      String text = any.toString();
      assertEquals(text, gpt2.decode(gpt2.encode(text)), () -> escaped(text));
      assertEquals(text, gpt4.decode(gpt4.encode(text)), () -> escaped(text));
    }
    assertEquals("a\uFFFDb", gpt2.decode(gpt2.encode("a\uD83Db")));
    assertEquals("\uFFFD\uFFFD", gpt2.decode(gpt2.encode("\uDE42\uD83D")));
    assertEquals(0, gpt2.encode("").length);
    assertEquals("", gpt2.decode());
  }

  @Test
  void longWordsAreMergedAsThePlainLoopDoes() {
    Random random = new Random(7);
    for (int length : new int[] {1, 2, 3, 7, 17, 33, 64, 207, 400}) {
      for (String letters : List.of("a", "ab", "abc", "etaoin", "ah")) {
        StringBuilder word = new StringBuilder();
        while (word.length() < length) {
          word.append(letters.charAt(random.nextInt(letters.length())));
        }
        List<String> pieces = new ArrayList<>();
        for (int token : gpt2.encode(word.toString())) {
          pieces.add(gpt2.piece(token));
        }
        assertEquals(Ranks.slow(word.toString(), gpt2Ranks, Integer.MAX_VALUE), pieces);
      }
    }
  }

  /** A million letters in a row: the plain loop would take hours. */
  @Test
  void oneLongWordTakesNoQuadraticTime() {
    StringBuilder word = new StringBuilder();
    new Random(8).ints(1_000_000, 'a', 'z' + 1).forEach(c -> word.append((char) c));
    assertEquals(word.toString(), gpt2.decode(gpt2.encode(word.toString())));
    String spaces = " ".repeat(300_000) + "a";
    assertEquals(spaces, gpt4.decode(gpt4.encode(spaces)));
  }

  @Test
  void addedTokensAreFoundAheadOfAllElse() {
    assertArrayEquals(new int[] {64, 50256, 65}, gpt2.encode("a" + END + "b"));
    assertTrue(gpt2.encodeOrdinary(END).length > 1);
    assertEquals(END, gpt2.decode(50256));
    assertEquals(50256, gpt2.id(END).getAsInt());
    assertEquals(50257, gpt2.size());
    assertEquals("Ġhello", gpt2.piece(gpt2.encode(" hello")[0]));
    // An added token's text is its own, whatever its characters are elsewhere.
    List<AddedToken> dotted = List.of(AddedToken.of("Ġqz", 50256));
    ByteLevelBpe own =
        ByteLevelBpe.of(Vocabulary.of(gpt2Ranks), gpt2Merges, ByteLevelBpe.Settings.GPT2, dotted);
    assertEquals("Ġqz", own.decode(own.encode("Ġqz")));
  }

  /** The longest counts, words stand alone, white space is taken in where it is said so. */
  @Test
  void addedTokensKeepTheirRules() throws IOException {
    List<AddedToken> added =
        List.of(
            AddedToken.of("<x", 50260),
            AddedToken.of("<x>", 50261),
            new AddedToken("qzword", 50262, true, false, false, false),
            new AddedToken("<l>", 50263, false, true, false, false),
            new AddedToken("<r>", 50264, false, false, true, true));
    ByteLevelBpe bpe =
        ByteLevelBpe.of(Vocabulary.of(gpt2Ranks), gpt2Merges, ByteLevelBpe.Settings.GPT2, added);
    assertArrayEquals(new int[] {50261, 50260}, bpe.encode("<x><x"));
    assertArrayEquals(new int[] {50262, 13}, bpe.encode("qzword."));
    assertEquals("sqzword", bpe.decode(bpe.encode("sqzword")));
    assertTrue(Arrays.stream(bpe.encode("sqzword")).max().getAsInt() < 50260);
    assertArrayEquals(new int[] {64, 50263, 257}, bpe.encode("a \t\u00A0<l> a"));
    assertArrayEquals(new int[] {64, 220, 50264, 64}, bpe.encode("a <r> \n a"));
  }

  @Test
  void filesAreRead(@TempDir Path folder) throws IOException {
    StringBuilder lines = new StringBuilder("#version: 0.2\n");
    gpt2Merges.forEach(m -> lines.append(m.left()).append(' ').append(m.right()).append('\n'));
    Path file = folder.resolve("merges.txt");
    Files.writeString(file, lines);
    assertEquals(gpt2Merges, Merge.read(file));
    Path ranks = folder.resolve("r50k_base.tiktoken");
    Files.write(ranks, Ranks.file("r50k_base.tiktoken"));
    ByteLevelBpe read = ByteLevelBpe.readTiktoken(ranks, PreTokenizer.GPT2, List.of());
    assertArrayEquals(gpt2.encode("Hello world"), read.encode("Hello world"));
  }

  @Test
  void ggufListsGiveTheSame() {
    List<String> pieces = new ArrayList<>(Collections.nCopies(50257, ""));
    gpt2Ranks.forEach((piece, rank) -> pieces.set(rank, piece));
    pieces.set(50256, END);
    int[] types = new int[50257];
    Arrays.fill(types, 1);
    types[50256] = 3;
    List<String> merges = new ArrayList<>();
    gpt2Merges.forEach(m -> merges.add(m.left() + " " + m.right()));
    ByteLevelBpe gguf = ByteLevelBpe.ofGguf(pieces, merges, types, "gpt-2");
    String text = "It's 12 o'clock" + END + " 你好";
    assertArrayEquals(gpt2.encode(text), gguf.encode(text));
    for (int type : new int[] {2, 3, 4}) { // unknown, control, user-defined
      types[50256] = type;
      assertArrayEquals(
          gpt2.encode(text), ByteLevelBpe.ofGguf(pieces, merges, types, "gpt-2").encode(text));
    }
    for (int type : new int[] {1, 5}) { // normal, unused
      types[50256] = type;
      ByteLevelBpe characters = ByteLevelBpe.ofGguf(pieces, merges, types, "gpt-2");
      assertArrayEquals(gpt2.encodeOrdinary(text), characters.encode(text));
    }
    pieces.set(50256, ""); // in the place of a token that there is not
    types[50256] = 3;
    assertArrayEquals(
        gpt2.encode("a b"), ByteLevelBpe.ofGguf(pieces, merges, types, "gpt-2").encode("a b"));
    // Llama 3's take whole words, Qwen 2's bring a text to NFC, GPT-2's do neither.
    pieces.set(50256, "qzqzq");
    for (String pre : List.of("gpt-2", "llama-bpe", "qwen2")) {
      ByteLevelBpe named = ByteLevelBpe.ofGguf(pieces, merges, null, pre);
      assertEquals(pre.equals("llama-bpe"), named.encode("qzqzq").length == 1, pre);
      String composed = pre.equals("qwen2") ? "\u00E9" : "e\u0301";
      assertEquals(composed, named.decode(named.encode("e\u0301")), pre);
    }
    refused("nonesuch", () -> ByteLevelBpe.ofGguf(pieces, merges, types, "nonesuch"));
    refused("50257", () -> ByteLevelBpe.ofGguf(pieces, merges, new int[3], "gpt-2"));
  }

  /** A piece that no merges lead to. */
  @Test
  void wholeWordsArePiecesWhereSetSo() {
    Map<String, Integer> ids = new HashMap<>(gpt2Ranks);
    ids.put("qzqzq", 50256);
    Vocabulary pieces = Vocabulary.of(ids);
    for (boolean wholeWords : List.of(true, false)) {
      ByteLevelBpe.Settings settings =
          new ByteLevelBpe.Settings(PreTokenizer.GPT2, wholeWords, false, false);
      ByteLevelBpe bpe = ByteLevelBpe.of(pieces, gpt2Merges, settings, List.of());
      assertEquals(wholeWords, bpe.encode("qzqzq").length == 1);
      assertTrue(bpe.encode("qzqzqz").length > 1);
      // What is an added token is none for who takes it for characters.
      List<AddedToken> added = List.of(AddedToken.of("qzqzq", 50256));
      ByteLevelBpe own = ByteLevelBpe.of(pieces, gpt2Merges, settings, added);
      assertArrayEquals(new int[] {50256}, own.encode("qzqzq"));
      assertArrayEquals(gpt2.encode("qzqzq"), own.encodeOrdinary("qzqzq"));
    }
    ByteLevelBpe.Settings llama3 = ByteLevelBpe.Settings.LLAMA3;
    assertEquals(1, ByteLevelBpe.of(pieces, gpt2Merges, llama3, List.of()).encode("qzqzq").length);
    ByteLevelBpe.Settings qwen2 = ByteLevelBpe.Settings.QWEN2;
    ByteLevelBpe qwen = ByteLevelBpe.of(pieces, gpt2Merges, qwen2, List.of());
    assertTrue(qwen.encode("qzqzq").length > 1);
    assertEquals("\u00E9", qwen.decode(qwen.encode("e\u0301")));
    ByteLevelBpe ranks = ByteLevelBpe.ofRanks(pieces, PreTokenizer.GPT2, List.of());
    assertArrayEquals(new int[] {50256}, ranks.encode("qzqzq"), "of ranks all words are");
  }

  @Test
  void textsAreBroughtToNfcAndGetASpaceWhereSetSo() {
    Vocabulary pieces = Vocabulary.of(gpt2Ranks);
    ByteLevelBpe nfc =
        ByteLevelBpe.of(
            pieces,
            gpt2Merges,
            new ByteLevelBpe.Settings(PreTokenizer.GPT2, false, true, true),
            List.of());
    assertEquals(" \u00E9", nfc.decode(nfc.encode("e\u0301")));
    String marks = " e" + "\u0301\u0316".repeat(20);
    assertEquals(Normalizer.normalize(marks, Normalizer.Form.NFC), nfc.decode(nfc.encode(marks)));
    List<AddedToken> added =
        List.of(
            new AddedToken("e\u0301x", 50260, false, false, false, true),
            new AddedToken("e\u0301y", 50261, false, false, false, false));
    ByteLevelBpe own = ByteLevelBpe.of(pieces, gpt2Merges, ByteLevelBpe.Settings.QWEN2, added);
    for (String text : List.of("\u00E9x", "e\u0301x")) {
      assertArrayEquals(new int[] {50260}, own.encode(text), "in NFC both");
      assertTrue(own.encodeOrdinary(text).length > 1);
    }
    assertTrue(own.encode("\u00E9y").length > 1, "as it is");
    assertArrayEquals(new int[] {50261}, own.encode("e\u0301y"));
    assertEquals(" a", nfc.decode(nfc.encode(" a")));
    assertEquals("", nfc.decode(nfc.encode("")));
  }

  @Test
  void whatIsWrongIsTold() {
    Vocabulary pieces = Vocabulary.of(gpt2Ranks);
    ByteLevelBpe.Settings settings = ByteLevelBpe.Settings.GPT2;
    Map<String, Integer> lacking = new HashMap<>(gpt2Ranks);
    lacking.remove("Ġ");
    refused(
        "byte 32", () -> ByteLevelBpe.of(Vocabulary.of(lacking), List.of(), settings, List.of()));
    refused(
        "merge 0 needs the piece \"zqzq\"",
        () -> ByteLevelBpe.of(pieces, List.of(new Merge("zqzq", "a")), settings, List.of()));
    refused(
        "same number",
        () -> ByteLevelBpe.of(pieces, List.of(), settings, List.of(AddedToken.of("qqqq", 5))));
    for (String bad : List.of("YQ==", "YQ== x", "?? 1", "YQ== 1\nYQ== 2", " 1", "YQ== -1")) {
      byte[] file = bad.getBytes(StandardCharsets.UTF_8);
      assertThrows(
          IllegalArgumentException.class,
          () -> ByteLevelBpe.readTiktoken(file, PreTokenizer.GPT2, List.of()),
          bad);
    }
    for (String bad : List.of("a", "a  b", " a", "a ", "a b c", "")) {
      refused("one space", () -> Merge.of(bad));
    }
    refused("0..4194303", () -> Vocabulary.of(Map.of("a", Integer.MAX_VALUE)));
    refused("same number", () -> Vocabulary.of(Map.of("a", 1, "b", 1)));
    refused("1 to 1000", () -> AddedToken.of("", 1));
    refused("null", () -> gpt2.encode(null));
    refused("no pre-tokenizer", () -> new ByteLevelBpe.Settings(null, false, false, false));
    refused("50257", () -> gpt2.decode(50257));
  }

  private static void refused(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
