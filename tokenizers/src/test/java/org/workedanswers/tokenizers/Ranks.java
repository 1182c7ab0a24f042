package org.workedanswers.tokenizers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ranks that jtokkit brings, as pieces and as merges. */
public final class Ranks {
  private Ranks() {}

  /** tiktoken's file: {@code r50k_base}, {@code cl100k_base}. */
  public static byte[] file(String name) throws IOException {
    try (InputStream in = Ranks.class.getResourceAsStream("/com/knuddels/jtokkit/" + name)) {
      return in.readAllBytes();
    }
  }

  /** Pieces as GPT-2's encoder writes them, with their ranks. */
  public static Map<String, Integer> pieces(byte[] file) {
    Map<String, Integer> pieces = new LinkedHashMap<>();
    for (String line : new String(file, StandardCharsets.US_ASCII).split("\n")) {
      String[] parts = line.split(" ");
      StringBuilder piece = new StringBuilder();
      for (byte b : Base64.getDecoder().decode(parts[0])) {
        piece.append(SYMBOLS.charAt(b & 0xFF));
      }
      pieces.put(piece.toString(), Integer.parseInt(parts[1]));
    }
    return pieces;
  }

  /** What pieces are merged of: a piece's last two parts, where only lower ranks are merged. */
  public static List<Merge> merges(Map<String, Integer> ranks) {
    List<Merge> merges = new ArrayList<>();
    for (Map.Entry<String, Integer> entry : ranks.entrySet()) {
      List<String> parts = slow(entry.getKey(), ranks, entry.getValue());
      if (parts.size() == 2) {
        merges.add(new Merge(parts.get(0), parts.get(1)));
      }
    }
    return merges;
  }

  /** The plain loop: the lowest rank below a limit, the leftmost first, until there is none. */
  public static List<String> slow(String word, Map<String, Integer> ranks, int limit) {
    List<String> parts = new ArrayList<>(List.of(word.split("")));
    while (true) {
      int best = -1;
      int lowest = limit;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
        if (rank < lowest) {
          lowest = rank;
          best = i;
        }
      }
      if (best < 0) {
        return parts;
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
  }

  /** bytes_to_unicode of GPT-2's encoder.py, step by step as it stands there. */
  private static final String SYMBOLS = symbols();

  private static String symbols() {
    List<Integer> printable = new ArrayList<>();
    for (int b = '!'; b <= '~'; b++) {
      printable.add(b);
    }
    for (int b = '¡'; b <= '¬'; b++) {
      printable.add(b);
    }
    for (int b = '®'; b <= 'ÿ'; b++) {
      printable.add(b);
    }
    StringBuilder symbols = new StringBuilder();
    int n = 0;
    for (int b = 0; b < 256; b++) {
      symbols.append((char) (printable.contains(b) ? b : 256 + n++));
    }
    return symbols.toString();
  }
}
