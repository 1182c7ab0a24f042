package org.workedanswers.tokenizers;

import java.util.List;
import java.util.Random;

/** Random texts of what tokenizers stumble over. */
public final class Texts {
  private static final List<String> WORDS =
      List.of(
          "hello",
          "World",
          "unaffable",
          "embeddings",
          "don't",
          "it's",
          "WE'LL",
          "I'm",
          "1234567",
          "3.14",
          "naïve",
          "Ünïcödé",
          "ﬁne",
          "straße",
          "ΣΊΣΥΦΟΣ",
          "İstanbul",
          "ıI",
          "日本語",
          "你好",
          "한국어",
          "각",
          "नमस्ते",
          "العربية",
          "שלום",
          "ไทย",
          "🙂",
          "👨‍👩‍👧",
          "🇩🇪",
          "é",
          "x\u0301\u0316",
          "\u0345",
          "’",
          "“quoted”",
          "—",
          "…",
          "\u00A0",
          "\u2003",
          "\u3000",
          "\u200B",
          "\u00AD",
          "\uFEFF",
          "\uFFFD",
          "\u0000",
          "\u0007",
          "\u0085",
          "\u001C",
          "\u2028",
          "\t",
          "\n",
          "\r\n",
          "  ",
          "   ",
          " ",
          "!!!",
          "...",
          "#",
          "##ing",
          "$5",
          "a_b",
          "[UNK]",
          "[SEP]",
          "[CLS]",
          "[sep]",
          "[MASK]",
          "<|endoftext|>",
          "<s>",
          "</s>",
          "<unk>",
          "<0x41>",
          "▁",
          "▁the",
          "'ſ",
          "'S",
          "'Re",
          "\uE000",
          "\uDBFF\uDFFF",
          "𝒳",
          "𠀋",
          "㐀",
          "፡",
          "\u180E",
          "ꙮ",
          "²",
          "Ⅷ");

  private Texts() {}

  /** A text of some words, spaces between most; one in 20 has a very long word. */
  public static String random(Random random) {
    StringBuilder text = new StringBuilder();
    int n = random.nextInt(24);
    for (int i = 0; i < n; i++) {
      switch (random.nextInt(8)) {
        case 0 -> text.appendCodePoint(scalar(random));
        case 1 -> text.append((char) (' ' + random.nextInt(95)));
        case 2 -> {
          int length = random.nextInt(12);
          for (int j = 0; j < length; j++) {
            text.append((char) ('a' + random.nextInt(26)));
          }
        }
        default -> text.append(WORDS.get(random.nextInt(WORDS.size())));
      }
      if (random.nextInt(3) > 0) {
        text.append(' ');
      }
    }
    if (random.nextInt(20) == 0) {
      text.append(WORDS.get(random.nextInt(WORDS.size())).repeat(20 + random.nextInt(100)));
    }
    return text.toString();
  }

  /** Any code point but surrogates. */
  public static int scalar(Random random) {
    int bits = 1 + random.nextInt(21);
    int c;
    do {
      c = random.nextInt(1 << bits);
    } while (c > Character.MAX_CODE_POINT || c >= 0xD800 && c < 0xE000);
    return c;
  }
}
