package org.workedanswers.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** One place for every version; a BOM that names every module there is to depend on. */
class PomsTest {
  @Test
  void versionsStandInTheRootsPropertiesAlone() {
    List<String> elsewhere = new ArrayList<>(Pom.ofFolder(".").literalVersions());
    for (String module : Pom.ofFolder(".").modulesOfProfilesToo()) {
      Pom pom = Pom.ofFolder(module);
      elsewhere.addAll(pom.literalVersions());
      if (!module.equals("bom")) {
        pom.properties().keySet().stream()
            .filter(name -> name.startsWith("version."))
            .forEach(name -> elsewhere.add(module + " " + name));
      }
    }
    assertEquals(List.of(), elsewhere);
  }

  @Test
  void theBomPinsThePluginsThatTheRootPins() {
    Map<String, String> root = Pom.ofFolder(".").properties();
    Map<String, String> bom = Pom.ofFolder("bom").properties();
    assertTrue(bom.containsKey("version.plugin.deploy"));
    bom.forEach((name, version) -> assertEquals(root.get(name), version, name));
  }

  @Test
  void theBomNamesEveryModuleThatIsPublishedAndNothingElse() {
    Set<String> published = new TreeSet<>();
    for (String module : Pom.ofFolder(".").modulesOfProfilesToo()) {
      Pom pom = Pom.ofFolder(module);
      if (!Set.of("bom", "answers").contains(module)
          && !pom.properties().containsKey("maven.deploy.skip")) {
        published.add("org.workedanswers:" + pom.artifact());
      }
    }
    Set<String> named = new TreeSet<>();
    Pom.ofFolder("bom").managed().forEach(d -> named.add(d.group() + ":" + d.artifact()));
    assertEquals(published, named);
  }
}
