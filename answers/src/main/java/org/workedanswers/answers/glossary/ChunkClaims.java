package org.workedanswers.answers.glossary;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;

/** What chunk sizes, overlaps and parents do, on documents whose answers are known. */
public final class ChunkClaims {
  private static final String FIVE = "five chunks of 512 hold the answer";
  private static final String OVERLAP = "an overlap of 1/8: gain with chunks of 128";
  private static final String PRECISE = "the first by meaning holds it: 128 - 512";
  private static final String READ = "512 tokens read: one of 512 - four of 128";

  private static final String OVER_SMALL = "a parent of 64 - 64 alone";
  private static final String OVER_LARGE = "a parent of 64 - 256 searched";

  /** Size and overlap of each trial. */
  static final int[][] SIZES = {{64, 8}, {128, 0}, {128, 16}, {256, 32}, {512, 64}};

  private static final String HOW =
      Glossary.ENTRIES
          + " entries of WordNet written into four long documents, which are cut into chunks of a"
          + " number of MiniLM's tokens; \"What is ...?\" for the words of two of three: the share"
          + " whose whole entry is in what is handed over, by both legs fused";

  private ChunkClaims() {}

  /** Both claims. */
  public static List<Claim> standard() {
    return List.of(chunks(SIZES), parents(SIZES));
  }

  static Claim chunks(int[][] sizes) {
    return new Claim(
        "q16.chunks",
        "Chunks of 512 to 1,024 tokens that overlap by 10 to 20 % serve; smaller ones find more"
            + " precisely.",
        HOW,
        "share of questions",
        "512 to 1,024 tokens, overlap of 10 to 20 %, smaller is more precise",
        Rule.conditional(
            Value.named(FIVE, 0.9, OVERLAP, 0.02, PRECISE, 0.05, READ, -1),
            Value.named(FIVE, 1, OVERLAP, 1, PRECISE, 1, READ, -0.02),
            Set.of(FIVE, OVERLAP, PRECISE),
            Value.named(READ, -0.02),
            Value.named(READ, 1)),
        bench -> {
          List<ChunkTrial> t = ChunkTrial.of(bench, sizes);
          List<String> notes = new ArrayList<>();
          notes.add(
              "the condition: as many tokens are read as five such chunks have, 2,560; where a"
                  + " budget of tokens is given, smaller ones find more");
          notes.add("MiniLM reads 256 tokens: of a longer chunk it does not see the rest");
          notes.addAll(shown(t));
          return Measured.of(
              Value.named(
                  FIVE, t.get(4).inFive(),
                  OVERLAP, t.get(2).inBudget() - t.get(1).inBudget(),
                  PRECISE, t.get(2).firstByMeaning() - t.get(4).firstByMeaning(),
                  READ, t.get(4).inBudget() - t.get(2).inBudget()),
              notes.toArray(String[]::new));
        });
  }

  static Claim parents(int[][] sizes) {
    return new Claim(
        "q16.parents",
        "Small chunks are searched, and the larger text around them is handed over.",
        HOW
            + "; the parent is the first chunk with the text around it, "
            + ChunkTrial.PARENT
            + " characters",
        "share of questions",
        "small chunks for precision, larger ones for context",
        Rule.within(
            Value.named(OVER_SMALL, 0.02, OVER_LARGE, 0.02),
            Value.named(OVER_SMALL, 1, OVER_LARGE, 1)),
        bench -> {
          List<ChunkTrial> t = ChunkTrial.of(bench, sizes);
          return Measured.of(
              Value.named(
                  OVER_SMALL, t.get(0).inParent() - t.get(0).first(),
                  OVER_LARGE, t.get(0).inParent() - t.get(3).first()),
              String.format(
                  Locale.ROOT,
                  "found in the first of 64 %.3f, in its parent %.3f, in the first of 256 %.3f",
                  t.get(0).first(),
                  t.get(0).inParent(),
                  t.get(3).first()));
        });
  }

  static List<String> shown(List<ChunkTrial> trials) {
    List<String> lines = new ArrayList<>();
    for (ChunkTrial t : trials) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%d tokens, overlap %d: first by meaning %.3f; by both: first %.3f, in five %.3f, in"
                  + " %d tokens %.3f",
              t.size(),
              t.overlap(),
              t.firstByMeaning(),
              t.first(),
              t.inFive(),
              ChunkTrial.BUDGET,
              t.inBudget()));
    }
    return lines;
  }
}
