package org.workedanswers.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workedanswers.benchmarks.peers.Catalogue.Entry;
import org.workedanswers.benchmarks.peers.Catalogue.Place;

class CatalogueTest {
  @Test
  void everyComparisonOfThisModuleCanBeMade() throws ReflectiveOperationException {
    for (Entry e : Catalogue.ALL) {
      if (e.place() == Place.BENCHMARKS) {
        Object made = Class.forName(e.type()).getDeclaredConstructor().newInstance();
        assertTrue(made instanceof Comparison, e.type());
      }
    }
  }

  @Test
  void namesAreDifferentAndHaveTwoParts() {
    Set<String> names = new HashSet<>();
    for (Entry e : Catalogue.ALL) {
      assertTrue(names.add(e.name()), e.name());
      assertEquals(2, e.name().split("-").length, e.name());
    }
  }

  @Test
  void aPartOfANameStandsForAllThatHaveIt() {
    assertEquals(Catalogue.ALL, Catalogue.named(Catalogue.ALL, List.of()));
    assertEquals(
        List.of("products-nd4j", "attention-nd4j", "softmax-nd4j"), names("softmax-nd4j", "nd4j"));
    assertEquals(
        List.of("attention-libtorch", "attention-nd4j", "attention-plain"), names("attention"));
  }

  private static List<String> names(String... names) {
    return Catalogue.named(Catalogue.ALL, List.of(names)).stream().map(Entry::name).toList();
  }
}
