package org.workedanswers.tokenizers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Two pieces that byte-pair encoding may make one; a list of them is in the order of their ranks.
 *
 * @param left the left piece
 * @param right the right piece
 */
public record Merge(String left, String right) {
  /** Checks that both are there. */
  public Merge {
    Require.that(
        left != null && right != null && !left.isEmpty() && !right.isEmpty(),
        "a merge of %s and %s: both must have characters",
        left,
        right);
  }

  /**
   * Reads {@code "left right"}, as GGUF files and {@code tokenizer.json} have it.
   *
   * @throws IllegalArgumentException unless there is one space, with characters on both sides
   */
  public static Merge of(String pair) {
    int space = pair.indexOf(' ');
    Require.that(
        space > 0 && space < pair.length() - 1 && pair.indexOf(' ', space + 1) < 0,
        "the merge %s must be two pieces with one space between",
        Require.quoted(pair));
    return new Merge(pair.substring(0, space), pair.substring(space + 1));
  }

  /** Reads many. */
  public static List<Merge> of(List<String> pairs) {
    List<Merge> merges = new ArrayList<>(pairs.size());
    for (String pair : pairs) {
      merges.add(of(pair));
    }
    return merges;
  }

  /**
   * Reads {@code merges.txt}: a merge a line, in the order of their ranks, UTF-8; a first line that
   * begins with {@code #version} and empty lines are passed over.
   *
   * @throws IllegalArgumentException if it can't be read, is no UTF-8, or a line is no merge
   */
  public static List<Merge> read(Path mergesTxt) {
    List<Merge> merges = new ArrayList<>();
    List<String> lines = TextFile.lines(mergesTxt);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isEmpty() && !(i == 0 && line.startsWith("#version"))) {
        merges.add(of(line));
      }
    }
    return merges;
  }
}
