package org.workedanswers.tokenizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where tokens stand, against Hugging Face's tokenizers with MiniLM's vocabulary. */
class WordPieceSpansTest {
  private static final Pattern MARK = Pattern.compile("\\p{M}");

  private static WordPiece ours;

  @BeforeAll
  static void read() throws IOException {
    ours = WordPiece.of(Djl.miniLmPieces(), WordPiece.Settings.UNCASED);
  }

  /** Their spans in chars, with the accents that follow. */
  private static List<WordPiece.Span> theirs(Djl djl, String text) {
    int[] starts = new int[text.codePointCount(0, text.length()) + 1]; // of characters, in chars
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + Character.charCount(text.codePointAt(starts[i - 1]));
    }
    List<WordPiece.Span> spans = new ArrayList<>();
    List<int[]> points = djl.spans(text);
    for (int i = 0; i < points.size(); i++) {
      int to = points.get(i)[1];
      int next = i + 1 < points.size() ? points.get(i + 1)[0] : starts.length - 1;
      while (to < next && MARK.matcher(text.substring(starts[to], starts[to + 1])).matches()) {
        to++;
      }
      spans.add(new WordPiece.Span(starts[points.get(i)[0]], starts[to]));
    }
    return spans;
  }

  private static void same(Djl djl, WordPiece ours, String text) {
    List<WordPiece.Span> spans = ours.spans(text);
    assertEquals(theirs(djl, text), spans, () -> WordPieceTest.escaped(text));
    assertEquals(ours.encode(text).length, spans.size());
  }

  @Test
  void tokensOfRandomTextsStandWhereHuggingFaceHasThem() throws IOException {
    Random random = new Random(4);
    try (Djl djl = Djl.bare(Djl.miniLm())) {
      for (int i = 0; i < 3000; i++) {
        same(djl, ours, Texts.random(random));
      }
    }
  }

  @Test
  void manyMarksChangePlacesAsThere() throws IOException {
    // Of several classes, some of them no accents that are dropped, some with parts.
    int[] marks = {
      0x301, 0x316, 0x345, 0x344, 0x302E, 0x302F, 0x1D165, 0x1D16D, 0x0F73, 0x0F71, 0x1BAA, 0x5B0,
      0x340, 0x0B4D, 0x09BE, 0x1B35, 0x0DDE, 0x20DD, 0x3099, 0x94D
    };
    int[] bases = {'a', 0xE9, 0x1E69, 0xAC01, 0x4F60, 0x2F800, 0x1D15F, 0x130, 0x958, ' ', '.', 0};
    Random random = new Random(5);
    try (Djl djl = Djl.bare(Djl.miniLm())) {
      for (int i = 0; i < 2000; i++) {
        StringBuilder text = new StringBuilder();
        int n = random.nextInt(6);
        for (int j = 0; j < n; j++) {
          int m = random.nextInt(6);
          if (random.nextInt(8) > 0) {
            text.appendCodePoint(bases[random.nextInt(bases.length)]);
          }
          for (int k = 0; k < m; k++) {
            text.appendCodePoint(marks[random.nextInt(marks.length)]);
          }
        }
        same(djl, ours, text.toString());
      }
    }
  }

  @Test
  void keptAccentsAndUpperCaseStandThereToo() throws IOException {
    List<String> pieces = Djl.miniLmPieces();
    WordPiece cased = WordPiece.of(pieces, WordPiece.Settings.CASED);
    Random random = new Random(6);
    try (Djl djl = Djl.bare(Json.wordPiece(pieces, false, false))) {
      for (int i = 0; i < 500; i++) {
        same(djl, cased, Texts.random(random).replaceAll("\\[[A-Z]+]", ""));
      }
    }
  }

  @Test
  void everyCharactersTokensStandWhereHuggingFaceHasThem() throws IOException {
    try (Djl djl = Djl.bare(Djl.miniLm())) {
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < 0x20000; c++) {
        if (c < 0xD800 || c >= 0xE000) {
          text.append('a').appendCodePoint(c).append("b ");
        }
        if (c % 256 == 255) {
          same(djl, ours, text.toString());
          text.setLength(0);
        }
      }
    }
  }

  @Test
  void spansAreOfTheTextThatWasGiven() {
    String text = "\ud800Caf\u00e9s, nai\u0308ve \ud83d\ude00 [SEP]x";
    List<String> parts =
        ours.spans(text).stream().map(s -> text.substring(s.from(), s.to())).toList();
    assertEquals(List.of("Caf\u00e9s", ",", "nai\u0308ve", "\ud83d\ude00", "[SEP]", "x"), parts);
    String unknown = "a" + "b".repeat(100) + " a";
    assertEquals(
        List.of(new WordPiece.Span(0, 101), new WordPiece.Span(102, 103)), ours.spans(unknown));
    assertEquals(List.of(), ours.spans(""));
    assertEquals(List.of(), ours.spans(" \u200b\n"));
    assertThrows(IllegalArgumentException.class, () -> ours.spans(null));
  }

  @Test
  void aHundredThousandMarksTakeNoQuadraticTime() {
    String marks = "e" + "\u0301\u0316".repeat(50_000);
    assertEquals(List.of(new WordPiece.Span(0, marks.length())), ours.spans(marks));
  }
}
