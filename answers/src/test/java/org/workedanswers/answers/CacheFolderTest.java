package org.workedanswers.answers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
  @Test
  void theFolderIsWhereTheSystemKeepsCaches() {
    Path folder = Path.of("a").toAbsolutePath();
    String home = folder.resolve("home").toString();
    String caches = folder.resolve("caches").toString();
    Map<String, String> named = Map.of("XDG_CACHE_HOME", caches, "LOCALAPPDATA", caches);
    Map<String, String> wrong = Map.of("XDG_CACHE_HOME", "relative");
    assertEquals(Path.of(caches, "worked-answers"), CacheFolder.of(named, "Linux", home));
    assertEquals(Path.of(home, ".cache", "worked-answers"), CacheFolder.of(wrong, "Linux", home));
    assertEquals(
        Path.of(home, "Library", "Caches", "worked-answers"),
        CacheFolder.of(Map.of(), "Mac OS X", home));
    assertEquals(
        Path.of(caches, "worked-answers", "cache"),
        CacheFolder.of(Map.of("LOCALAPPDATA", caches), "Windows 11", home));
    assertEquals(
        Path.of(home, ".cache", "worked-answers"), CacheFolder.of(Map.of(), "Windows 11", home));
  }
}
