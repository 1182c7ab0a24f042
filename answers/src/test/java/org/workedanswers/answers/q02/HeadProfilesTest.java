package org.workedanswers.answers.q02;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.answers.q02.HeadProfiles.jensenShannon;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.q02.HeadProfiles.Relation;

class HeadProfilesTest {
  @Test
  void divergenceIsNoneForTheSameAndABitForStrangers() {
    double[] p = {0.5, 0.5, 0, 0};
    double[] q = {0, 0, 0.25, 0.75};
    assertEquals(0, jensenShannon(p, p));
    assertEquals(1, jensenShannon(p, q), 1e-12);
    double[] half = {1, 0, 0, 0};
    // H(m) - (H(p) + H(q)) / 2 with m = (0.75, 0.25)
    double m = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)) / Math.log(2);
    assertEquals(m - 0.5, jensenShannon(p, half), 1e-12);
    assertEquals(jensenShannon(half, p), jensenShannon(p, half), 1e-15);
  }

  @Test
  void relationsAreTakenInTheirOrder() {
    List<String> tokens =
        List.of("[CLS]", "the", "cat", "saw", "the", "dog", ",", "it", ".", "[SEP]");
    assertEquals(Relation.CLS, Relation.of(tokens, 1, 0));
    assertEquals(Relation.SEP, Relation.of(tokens, 8, 9));
    assertEquals(Relation.ITSELF, Relation.of(tokens, 4, 4));
    assertEquals(Relation.SAME, Relation.of(tokens, 4, 1));
    assertEquals(Relation.MARK, Relation.of(tokens, 5, 6));
    assertEquals(Relation.BEFORE, Relation.of(tokens, 3, 2));
    assertEquals(Relation.AFTER, Relation.of(tokens, 2, 3));
    assertEquals(Relation.NEAR_BEFORE, Relation.of(tokens, 5, 2));
    assertEquals(Relation.NEAR_AFTER, Relation.of(tokens, 2, 4));
    assertEquals(Relation.FAR_BEFORE, Relation.of(tokens, 7, 3));
    assertEquals(Relation.FAR_AFTER, Relation.of(tokens, 1, 5));
  }

  @Test
  void aProfileSumsToOne() {
    try (Workbench bench = Workbench.standard()) {
      HeadProfiles.Both both = HeadProfiles.both(bench, weights -> weights);
      for (int l = 0; l < MiniLm.LAYERS; l++) {
        for (int h = 0; h < MiniLm.HEADS; h++) {
          double real = 0;
          double shuffled = 0;
          for (int r = 0; r < Relation.values().length; r++) {
            real += both.real().profile(l, h)[r];
            shuffled += both.shuffled().profile(l, h)[r];
          }
          assertEquals(1, real, 1e-9);
          assertEquals(1, shuffled, 1e-9);
        }
      }
      // The head that question 4 finds to look at the token before.
      assertEquals(0.87, both.real().share(0, 2, Relation.BEFORE), 0.05);
    }
  }
}
