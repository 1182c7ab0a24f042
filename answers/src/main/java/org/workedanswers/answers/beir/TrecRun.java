package org.workedanswers.answers.beir;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.rag.Hit;

/**
 * Writes rankings as trec_eval reads them, a file a leg, so that any other program can measure them
 * again.
 *
 * <pre>
 *   query Q0 document rank score leg      a line a document, the rank from 1
 * </pre>
 */
final class TrecRun {
  private TrecRun() {}

  /**
   * Checks that the runs of a collection can be written into a folder, and makes it.
   *
   * @throws IllegalArgumentException if an id has a blank, which the format has no way to hold, or
   *     the folder can't be written
   */
  static void check(Path folder, BeirCollection c) {
    c.ids().forEach(id -> word("document", id));
    c.queryIds().forEach(id -> word("query", id));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IllegalArgumentException("--runs names " + folder + ", which is no folder", e);
    }
    Check.that(Files.isWritable(folder), "--runs names %s, which can't be written", folder);
  }

  /** Writes {@code LEG.run} for each leg into a folder. */
  static void write(Path folder, Rankings rankings) throws IOException {
    BeirCollection c = rankings.collection();
    for (String leg : rankings.legs()) {
      String name = leg.replaceAll("\\W+", "-");
      try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(name + ".run"))) {
        for (int q = 0; q < c.queryIds().size(); q++) {
          List<Hit> hits = rankings.of(leg).get(q);
          for (int i = 0; i < hits.size(); i++) {
            Hit hit = hits.get(i);
            out.write(c.queryIds().get(q) + " Q0 " + c.ids().get(hit.document()));
            out.write(" " + (i + 1) + " " + hit.score() + " " + name + "\n");
          }
        }
      }
    }
  }

  private static void word(String what, String id) {
    Check.that(
        !id.isEmpty() && id.chars().noneMatch(Character::isWhitespace),
        "the %s '%s' has a blank in its id, which a run of trec_eval can't hold: leave --runs out",
        what,
        id);
  }
}
