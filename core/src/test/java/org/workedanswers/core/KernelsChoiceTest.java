package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.simd.SimdLookup;

class KernelsChoiceTest {
  @Test
  void theBestKernelsAreSimdWhereTheModuleIsAndTheMessageNamesTheFlagWhereItIsNot() {
    boolean simd = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    assertEquals(simd ? "simd" : "blocked", KernelsChoice.best().name());
    assertEquals(simd, KernelsChoice.available().contains("simd"));
    String said = KernelsChoice.explanation();
    assertTrue(said.contains(simd ? "-bit vectors" : "--add-modules jdk.incubator.vector"), said);
    assertEquals(List.of("plain", "blocked"), KernelsChoice.available().subList(0, 2));
  }

  @Test
  void kernelsAreFoundByNameAndAMissingOneIsRefusedWithThoseThereAre() {
    assertSame(PlainKernels.PLAIN, KernelsChoice.named("plain"));
    assertSame(BlockedKernels.BLOCKED, KernelsChoice.named("blocked"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> KernelsChoice.named("cuda"));
    assertTrue(e.getMessage().contains("cuda") && e.getMessage().contains("plain"));
    if (SimdLookup.unavailable().isPresent()) {
      e = assertThrows(IllegalArgumentException.class, () -> KernelsChoice.named("simd"));
      assertTrue(e.getMessage().contains("--add-modules"), e.getMessage());
    }
  }

  @Test
  void onlyTheSimdPackageNamesTheVectorModuleAndPlainReachesNoLookUp() throws IOException {
    Path sources = Path.of("src/main/java/org/workedanswers/core");
    try (Stream<Path> files = Files.walk(sources)) {
      List<Path> strangers =
          files
              .filter(f -> f.toString().endsWith(".java"))
              .filter(f -> !f.getParent().endsWith("simd"))
              .filter(f -> read(f).contains("jdk.incubator"))
              .toList();
      assertEquals(List.of(), strangers);
    }
    for (String plain : List.of("PlainKernels", "Kernels", "Matrix", "Op", "Check", "Loop")) {
      String source = read(sources.resolve(plain + ".java"));
      for (String word : List.of("simd", "KernelsChoice", "ServiceLoader", "Math.fma", "%e")) {
        boolean code =
            source
                .lines()
                .filter(l -> !l.strip().startsWith("*") && !l.strip().startsWith("/"))
                .anyMatch(l -> l.contains(word));
        assertTrue(!code, plain + " reaches " + word);
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
