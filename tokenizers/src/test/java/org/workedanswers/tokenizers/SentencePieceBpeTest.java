package org.workedanswers.tokenizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.tokenizers.WordPieceTest.escaped;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.SharedData;

/** SentencePiece's BPE with llama2.c's tokenizer of 512 pieces. */
class SentencePieceBpeTest {
  private static byte[] file;
  private static SentencePieceBpe stories;

  @BeforeAll
  static void read() throws IOException {
    Path path = SharedData.file("llm/tok512.bin");
    file = Files.readAllBytes(path);
    stories = SentencePieceBpe.readLlama2c(path);
  }

  /** What run.c does, byte for byte, merging by searching through all neighbours each time. */
  private static int[] slow(String text, List<String> pieces, float[] scores, String space) {
    Map<String, Integer> ids = new HashMap<>();
    for (int i = 0; i < pieces.size(); i++) {
      ids.put(pieces.get(i), i);
    }
    List<Integer> tokens = new ArrayList<>();
    if (!text.isEmpty()) {
      tokens.add(ids.get(space));
    }
    text.replace(" ", space)
        .codePoints()
        .forEach(
            c -> {
              Integer id = ids.get(Character.toString(c));
              if (id != null) {
                tokens.add(id);
              } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                  tokens.add((b & 0xFF) + 3);
                }
              }
            });
    while (true) {
      float bestScore = -1e10f;
      int bestId = -1;
      int bestAt = -1;
      for (int i = 0; i + 1 < tokens.size(); i++) {
        Integer id = ids.get(pieces.get(tokens.get(i)) + pieces.get(tokens.get(i + 1)));
        if (id != null && scores[id] > bestScore) {
          bestScore = scores[id];
          bestId = id;
          bestAt = i;
        }
      }
      if (bestAt < 0) {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
      }
      tokens.set(bestAt, bestId);
      tokens.remove(bestAt + 1);
    }
  }

  private static List<String> pieces(Tokenizer tokenizer) {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < tokenizer.size(); i++) {
      pieces.add(tokenizer.piece(i));
    }
    return pieces;
  }

  /** The scores of the file, read here once more. */
  private static float[] scores() {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(4);
    float[] scores = new float[512];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = in.getFloat();
      int length = in.getInt();
      in.position(in.position() + length);
    }
    return scores;
  }

  @Test
  void theStoriesHaveAsManyTokensAsPublished() throws IOException {
    String sample = Files.readString(SharedData.file("llm/tinystories_sample.txt"));
    int total = 0;
    for (String document : sample.split("<\\|endoftext\\|>")) {
      if (!document.isBlank()) {
        total += Math.min(512, stories.encode(document.strip()).length);
      }
    }
    assertEquals(1804, total);
  }

  @Test
  void theModelsOwnStoryComesBack() throws IOException {
    String page = Files.readString(SharedData.file("llm/stories260K.md"));
    int from = page.indexOf("Once upon a time, there was a little girl named Lily.");
    String story = page.substring(from, page.indexOf("\n```", from));
    int[] tokens = stories.encode(story);
    assertEquals(256, tokens.length);
    assertEquals(story, stories.decode(tokens));
    int[] withStart = new int[tokens.length + 1];
    withStart[0] = 1;
    System.arraycopy(tokens, 0, withStart, 1, tokens.length);
    assertEquals(story, stories.decode(withStart));
  }

  @Test
  void tokensAreThoseOfThePlainLoop() {
    List<String> pieces = pieces(stories);
    float[] scores = scores();
    Random random = new Random(9);
    for (int i = 0; i < 2000; i++) {
      String text = Texts.random(random);
      if (i % 2 == 0) {
        StringBuilder letters = new StringBuilder();
        for (int j = random.nextInt(60); j > 0; j--) {
          letters.append("theandoi s\n".charAt(random.nextInt(11)));
        }
        text = letters.toString();
      }
      assertArrayEquals(slow(text, pieces, scores, " "), stories.encode(text), escaped(text));
    }
  }

  /** Few letters, many equal scores and pieces that overlap: what comes first is seen. */
  @Test
  void tokensOfRandomVocabulariesAreThoseOfThePlainLoop() {
    Random random = new Random(10);
    for (int v = 0; v < 60; v++) {
      List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
      for (int b = 0; b < 256; b++) {
        pieces.add(String.format("<0x%02X>", b));
      }
      pieces.addAll(List.of("▁", "a", "b", "c"));
      for (int i = 0; i < 40; i++) {
        String left = pieces.get(259 + random.nextInt(pieces.size() - 259));
        String right = pieces.get(259 + random.nextInt(pieces.size() - 259));
        if (!pieces.contains(left + right) && left.length() + right.length() < 9) {
          pieces.add(left + right);
        }
      }
      float[] scores = new float[pieces.size()];
      for (int i = 259; i < scores.length; i++) {
        scores[i] = -random.nextInt(12) / 4f;
      }
      SentencePieceBpe bpe = SentencePieceBpe.of(pieces, scores, null);
      for (int i = 0; i < 30; i++) {
        StringBuilder text = new StringBuilder();
        for (int j = random.nextInt(40); j > 0; j--) {
          text.append("abc d".charAt(random.nextInt(5)));
        }
        String s = text.toString();
        assertArrayEquals(slow(s, pieces, scores, "▁"), bpe.encode(s), s);
        assertEquals(s, bpe.decode(bpe.encode(s)));
      }
    }
  }

  @Test
  void textsComeBack() {
    Random random = new Random(11);
    for (int i = 0; i < 3000; i++) {
      StringBuilder any = new StringBuilder(Texts.random(random));
      for (int j = random.nextInt(20); j > 0; j--) {
        any.appendCodePoint(Texts.scalar(random));
      }
      String text = any.toString();
      assertEquals(text, stories.decode(stories.encode(text)), () -> escaped(text));
    }
    for (String text : List.of("", " ", "  ", "\n", " a", "▁", "▁▁a", "<0x41>", "<s>")) {
      assertEquals(text, stories.decode(stories.encode(text)));
    }
    assertEquals("a\uFFFDb", stories.decode(stories.encode("a\uD83Db")));
  }

  @Test
  void oneLongWordTakesNoQuadraticTime() {
    String word = "thereandthen".repeat(50_000);
    assertEquals(word, stories.decode(stories.encode(word)));
  }

  @Test
  void ggufListsGiveTheSame() {
    GgufModel model = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
    List<String> tokens =
        model.list("tokenizer.ggml.tokens").stream().map(String.class::cast).toList();
    float[] scores = new float[tokens.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = ((Number) model.list("tokenizer.ggml.scores").get(i)).floatValue();
    }
    SentencePieceBpe gguf = SentencePieceBpe.of(tokens, scores, null);
    // The same with ▁ for spaces and with the types that other files have.
    int[] types = new int[512];
    Arrays.fill(types, 1);
    types[0] = 2;
    types[1] = 3;
    types[2] = 3;
    Arrays.fill(types, 3, 259, 6);
    List<String> escaped = tokens.stream().map(t -> t.replace(" ", "▁")).toList();
    SentencePieceBpe typed = SentencePieceBpe.of(escaped, scores, types);
    Random random = new Random(12);
    for (int i = 0; i < 500; i++) {
      String text = Texts.random(random).replace("▁", "");
      int[] expected = stories.encode(text);
      assertArrayEquals(expected, gguf.encode(text), () -> escaped(text));
      assertArrayEquals(expected, typed.encode(text), () -> escaped(text));
      assertEquals(text, typed.decode(expected));
    }
    assertEquals("▁t", typed.piece(259));
    assertEquals(" ", typed.decode(typed.encode("▁")), "as a space");
  }

  @Test
  void theSpaceIsTakenOffWhereItWasSet() {
    int once = stories.id(" Once").getAsInt();
    assertEquals("Once", stories.decode(once));
    assertEquals("Once Once", stories.decode(1, once, once));
    assertEquals(" Once", stories.decode(2, once), "not behind the end token");
    assertEquals("OnceOnce", stories.decode(once, 1, once));
    assertEquals("", stories.decode(1, 2));
    assertEquals(" \u2047 ", stories.decode(0));
  }

  @Test
  void typesSayWhatATextCanBecome() {
    List<String> pieces = List.of("<unk>", "<s>", "a", "b", "ab", "aba", "▁", "bb", "▁x▁");
    float[] scores = {0, 0, -5, -6, -1, -2, -7, -3, 0};
    int[] normal = {2, 3, 1, 1, 1, 1, 1, 1, 1};
    SentencePieceBpe bpe = SentencePieceBpe.of(pieces, scores, normal);
    assertArrayEquals(new int[] {6, 4, 4}, bpe.encode("abab"), "ab before aba");
    assertArrayEquals(new int[] {6, 5}, bpe.encode("aba"));
    int[] unused = normal.clone();
    unused[5] = 5;
    assertArrayEquals(
        new int[] {6, 4, 4}, SentencePieceBpe.of(pieces, scores, unused).encode("abab"));
    assertArrayEquals(
        new int[] {6, 4, 2}, SentencePieceBpe.of(pieces, scores, unused).encode("aba"));
    int[] defined = normal.clone();
    defined[8] = 4;
    defined[7] = 4;
    SentencePieceBpe own = SentencePieceBpe.of(pieces, scores, defined);
    assertArrayEquals(new int[] {8, 2}, own.encode("x a"), "the space before a text is its first");
    assertArrayEquals(new int[] {6, 2, 7, 3}, own.encode("abbb"), "ahead of ab");
    assertEquals("abbb", own.decode(own.encode("abbb")));
    // Characters that are none: one unknown for all in a row.
    assertArrayEquals(new int[] {6, 0, 2, 0}, bpe.encode("xyaz"));
    assertEquals("▁", bpe.piece(6));
    // 0 and -0 are equal: the leftmost comes first.
    List<String> four = List.of("<unk>", "▁", "a", "b", "c", "ab", "bc");
    float[] zeros = {0, -1, -1, -1, -1, 0f, -0f};
    assertArrayEquals(new int[] {1, 5, 4}, SentencePieceBpe.of(four, zeros, null).encode("abc"));
  }

  private static final List<String> SMALL =
      List.of("<unk>", "<s>", "▁", "a", "b", "ab", "▁a", "a▁", "a▁b", "<0x41>", "<x>");

  /** Pieces, merges in their order and one added token, prepared as the settings say. */
  private static SentencePieceBpe small(
      SentencePieceBpe.Prefix prefix, boolean onlyIfMissing, boolean splitWords) {
    List<Merge> merges =
        List.of(
            new Merge("a", "▁"), new Merge("a▁", "b"), new Merge("a", "b"), new Merge("▁", "a"));
    return SentencePieceBpe.of(
        Vocabulary.of(SMALL),
        merges,
        "<unk>",
        false,
        new SentencePieceBpe.Settings("▁", prefix, onlyIfMissing, splitWords),
        List.of(AddedToken.of("<x>", 10)));
  }

  /** Written out by hand: where a space is set, taken off again, and where no token reaches. */
  @Test
  void settingsSayWhereASpaceIsSet() {
    SentencePieceBpe none = small(SentencePieceBpe.Prefix.NONE, false, false);
    SentencePieceBpe first = small(SentencePieceBpe.Prefix.FIRST, false, false);
    SentencePieceBpe each = small(SentencePieceBpe.Prefix.EACH, false, false);
    assertArrayEquals(new int[] {3, 10, 4}, none.encode("a<x>b"));
    assertArrayEquals(new int[] {6, 10, 4}, first.encode("a<x>b"));
    assertArrayEquals(new int[] {6, 10, 2, 4}, each.encode("a<x>b"));
    assertEquals(" a<x> b", none.decode(6, 10, 2, 4));
    assertEquals("a<x> b", first.decode(6, 10, 2, 4));
    assertEquals("a<x>b", each.decode(6, 10, 2, 4));
    assertArrayEquals(new int[] {10}, each.encode("<x>"), "no space before nothing");
    assertArrayEquals(new int[0], each.encode(""));
    SentencePieceBpe missing = small(SentencePieceBpe.Prefix.FIRST, true, false);
    assertArrayEquals(new int[] {6}, missing.encode(" a"));
    assertArrayEquals(new int[] {6}, missing.encode("a"));
    assertArrayEquals(new int[] {2, 6}, first.encode(" a"));
    // Merged over the beginning of a space, or not; spaces in a row are words of their own.
    assertArrayEquals(new int[] {8}, none.encode("a b"));
    SentencePieceBpe split = small(SentencePieceBpe.Prefix.NONE, false, true);
    assertArrayEquals(new int[] {3, 2, 4}, split.encode("a b"));
    assertArrayEquals(new int[] {2, 6, 10, 6}, split.encode("  a<x> a"));
    // An added token is a token, or its characters for who wants these.
    assertEquals(0, none.encodeOrdinary("<x>")[0]);
    assertArrayEquals(new int[] {0}, none.encode("A"), "<0x41> is no byte without fallback");
    assertEquals("<0x41>", none.decode(9));
  }

  @Test
  void theFirstUnknownPieceAndAnyStartCount() {
    List<String> pieces = List.of("u", "v", "<bos>", "▁", "a", "", "▁a", "b");
    float[] scores = {0, 0, 0, -1, -1, 0, -1, -1};
    int[] types = {2, 2, 3, 1, 1, 4, 1, 5}; // two unknown; control; nothing, user-defined; unused
    SentencePieceBpe bpe = SentencePieceBpe.of(pieces, scores, types);
    assertArrayEquals(new int[] {3, 0, 4}, bpe.encode("xva"), "v is no piece of a text either");
    assertArrayEquals(new int[] {6, 0}, bpe.encode("ab"), "nor is b, which is unused");
    assertEquals("a a", bpe.decode(2, 6, 6));
    assertEquals("aa", bpe.decode(6, 2, 6));
  }

  /** A character whose last bytes alone are pieces has no tokens but the unknown one. */
  @Test
  void aCharacterIsItsBytesWhereAllAreThere() {
    List<String> pieces = List.of("<unk>", "▁", "<0xC3>", "<0xA9>", "<0xA8>", "a");
    SentencePieceBpe bpe = SentencePieceBpe.of(pieces, new float[6], null);
    assertArrayEquals(new int[] {1, 2, 3}, bpe.encode("é"));
    assertArrayEquals(new int[] {1, 0}, bpe.encode("\u012F")); // C4 AF
    assertArrayEquals(new int[] {1, 0, 5}, bpe.encode("\u0129a")); // C4 A9: the last is there
    assertArrayEquals(new int[] {1, 0, 2, 3, 0}, bpe.encode("xé\u0129"), "unknown, bytes, unknown");
  }

  @Test
  void userDefinedPiecesAreFoundInAnyText() {
    List<String> pieces = List.of("<unk>", "▁", "a", "b", "ab");
    SentencePieceBpe bpe = SentencePieceBpe.of(pieces, new float[5], new int[] {2, 1, 1, 4, 1});
    assertArrayEquals(new int[] {1, 2, 3}, bpe.encode("ab"));
    assertArrayEquals(new int[] {1, 2, 3}, bpe.encodeOrdinary("ab"));
  }

  @Test
  void hostileFilesAreRefused(@TempDir Path folder) throws IOException {
    assertEquals(512, SentencePieceBpe.readLlama2c(file, 512).size());
    assertThrows(
        IllegalArgumentException.class,
        () -> SentencePieceBpe.readLlama2c(Arrays.copyOf(file, 2000), 512));
    refused("513", () -> SentencePieceBpe.readLlama2c(file, 513));
    refused("at least 1", () -> SentencePieceBpe.readLlama2c(file, 0));
    // All lengths from nothing to the whole, and thousands of wrong bytes: an answer or a message.
    Random random = new Random(13);
    for (int i = 0; i < 4000; i++) {
      byte[] bytes = i % 4 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
      for (int j = random.nextInt(4); j > 0 && bytes.length > 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        SentencePieceBpe read = SentencePieceBpe.readLlama2c(bytes, 512);
        assertTrue(read.encode("Once upon").length > 0);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().length() > 10);
      }
    }
    Path bad = folder.resolve("tok.bin");
    Files.write(bad, new byte[3]);
    refused("3 bytes", () -> SentencePieceBpe.readLlama2c(bad));
    byte[] nan = file.clone();
    ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(4, Float.NaN);
    refused("NaN", () -> SentencePieceBpe.readLlama2c(nan, 512));
    byte[] huge = file.clone();
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(8, Integer.MAX_VALUE);
    refused("2147483647", () -> SentencePieceBpe.readLlama2c(huge, 512));
  }

  @Test
  void whatIsWrongIsTold() {
    refused("scores", () -> SentencePieceBpe.of(List.of("<unk>"), new float[2], null));
    refused("types", () -> SentencePieceBpe.of(List.of("<unk>"), new float[1], new int[2]));
    refused("1..6", () -> SentencePieceBpe.of(List.of("<unk>"), new float[1], new int[] {7}));
    refused("neither", () -> SentencePieceBpe.of(List.of("a"), new float[1], null));
    refused("byte's", () -> SentencePieceBpe.of(List.of("a"), new float[1], new int[] {6}));
    refused("null", () -> SentencePieceBpe.of(Collections.singletonList(null), new float[1], null));
    refused("null", () -> stories.encode(null));
    refused("512", () -> stories.decode(512));
  }

  private static void refused(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
