package org.workedanswers.answers.sheet;

import java.util.ArrayList;
import java.util.List;

/** Heat maps as shaded cells, two columns a cell, as many maps side by side as fit. */
public final class HeatMapText {
  private static final String SHADES = " ·░▒▓█";
  private static final String GAP = "   ";
  private static final int LONGEST_LABEL = 12;

  private HeatMapText() {}

  /** The lines of the maps. */
  public static List<String> lines(List<HeatMap> maps, int width) {
    List<String> lines = new ArrayList<>();
    List<List<String>> line = new ArrayList<>();
    int used = 0;
    for (HeatMap map : maps) {
      List<String> block = block(map);
      int w = Text.columns(block.get(0));
      if (!line.isEmpty() && used + GAP.length() + w > width) {
        flush(lines, line);
        used = 0;
      }
      used += (line.isEmpty() ? 0 : GAP.length()) + w;
      line.add(block);
    }
    flush(lines, line);
    if (!maps.stream().allMatch(HeatMapText::isPattern)) {
      lines.add(legend(maps.get(0).max()));
    }
    return lines;
  }

  /** Nothing but blank and the darkest shade, which need no legend. */
  private static boolean isPattern(HeatMap map) {
    for (float[] row : map.values().toArray()) {
      for (float value : row) {
        if (value != 0 && value != map.max()) {
          return false;
        }
      }
    }
    return true;
  }

  private static void flush(List<String> lines, List<List<String>> blocks) {
    int height = blocks.stream().mapToInt(List::size).max().orElse(0);
    for (int i = 0; i < height; i++) {
      StringBuilder s = new StringBuilder();
      for (int b = 0; b < blocks.size(); b++) {
        List<String> block = blocks.get(b);
        // Maps with shorter column labels hang from the bottom line.
        int at = i - (height - block.size());
        String part = at >= 0 ? block.get(at) : " ".repeat(Text.columns(block.get(0)));
        s.append(b == 0 ? "" : GAP).append(part);
      }
      lines.add(s.toString().stripTrailing());
    }
    if (height > 0) {
      lines.add("");
    }
    blocks.clear();
  }

  private static List<String> block(HeatMap map) {
    int rows = map.values().rows();
    int cols = map.values().cols();
    int label = Math.min(LONGEST_LABEL, longest(map.rowLabels()));
    int width = Math.max(Text.columns(map.caption()), label + 1 + 2 * cols);
    List<String> lines = new ArrayList<>();
    lines.add(map.caption());
    int depth = Math.min(LONGEST_LABEL, longest(map.colLabels()));
    for (int d = 0; d < depth; d++) {
      StringBuilder s = new StringBuilder(" ".repeat(label + 1));
      for (String col : map.colLabels()) {
        String cut = Text.padLeft(cut(col), depth);
        s.append(cut.charAt(d)).append(' ');
      }
      lines.add(s.toString());
    }
    for (int i = 0; i < rows; i++) {
      StringBuilder s =
          new StringBuilder(
              Text.padLeft(map.rowLabels().isEmpty() ? "" : cut(map.rowLabels().get(i)), label));
      s.append(' ');
      for (int j = 0; j < cols; j++) {
        char shade = shade(map.values().get(i, j) / map.max());
        s.append(shade).append(shade);
      }
      lines.add(s.toString());
    }
    return lines.stream().map(l -> Text.padRight(l, width)).toList();
  }

  private static char shade(double share) {
    int level = share <= 0 ? 0 : (int) Math.min(SHADES.length() - 1.0, 1 + share * 5);
    return SHADES.charAt(level);
  }

  private static String legend(float max) {
    StringBuilder s = new StringBuilder("shades: blank 0");
    for (int level = 1; level < SHADES.length(); level++) {
      s.append(", ")
          .append(SHADES.charAt(level))
          .append(SHADES.charAt(level))
          .append(level == SHADES.length() - 1 ? " from " : " below ")
          .append(
              String.format(
                  java.util.Locale.ROOT,
                  "%.2f",
                  max * (level == SHADES.length() - 1 ? level - 1 : level) / 5));
    }
    return s.toString();
  }

  private static String cut(String label) {
    return label.length() <= LONGEST_LABEL ? label : label.substring(0, LONGEST_LABEL - 1) + "…";
  }

  private static int longest(List<String> labels) {
    return labels.stream().mapToInt(String::length).max().orElse(0);
  }
}
