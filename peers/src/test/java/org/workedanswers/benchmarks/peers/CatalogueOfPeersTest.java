package org.workedanswers.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.benchmarks.peers.Catalogue.Entry;
import org.workedanswers.benchmarks.peers.Catalogue.Place;

/** What the catalogue says of this module holds. */
class CatalogueOfPeersTest {
  @Test
  void everyComparisonWhosePeerRunsHereIsHere() throws ReflectiveOperationException {
    for (Entry e : Catalogue.ALL) {
      if (e.place() != Place.PEERS) {
        continue;
      }
      if (e.java() <= Runtime.version().feature()) {
        Object made = Class.forName(e.type()).getDeclaredConstructor().newInstance();
        assertTrue(made instanceof Comparison, e.type());
      } else {
        assertThrows(ClassNotFoundException.class, () -> Class.forName(e.type()));
      }
    }
  }
}
