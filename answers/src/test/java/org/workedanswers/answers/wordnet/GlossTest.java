package org.workedanswers.answers.wordnet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class GlossTest {
  private static void assertGloss(String text, String definition, String... examples) {
    assertEquals(new Gloss(definition, List.of(examples)), Gloss.parse(text));
  }

  @Test
  void examplesStandInQuotesAfterTheDefinition() {
    assertGloss("sea snakes", "sea snakes");
    assertGloss("move fast; on foot; \"He ran\"", "move fast; on foot", "He ran");
    assertGloss("a; \"b c\"; \"d\"", "a", "b c", "d");
    assertGloss("another: \"he sent Smith in\"", "another", "he sent Smith in");
    assertGloss("woven of yarns \"a worsted suit\"", "woven of yarns", "a worsted suit");
    assertGloss(" padded ", "padded");
  }

  @Test
  void whoSaidItIsLeftOut() {
    assertGloss("zeal; \"fierce jealousy\"-Paul Blanshard", "zeal", "fierce jealousy");
    assertGloss(
        "hell; \"To perdition\"- John Milton; \"a demon\"", "hell", "To perdition", "a demon");
  }

  @Test
  void aQuoteThatIsNotClosedIsNoExample() {
    assertGloss("a; \"b\"; \"c", "a", "b");
    assertGloss("a; \"b", "a");
    assertGloss("a; \"\"", "a");
  }

  @Test
  void aGlossThatBeginsWithAQuoteIsADefinition() {
    assertGloss("\"thy\" is archaic", "thy is archaic");
  }
}
