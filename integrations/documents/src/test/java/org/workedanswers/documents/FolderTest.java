package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

class FolderTest {
  @TempDir Path root;

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static List<String> ids(Listing listing) {
    return listing.sources().stream().map(DocumentSource::id).toList();
  }

  private static List<String> skipped(Listing listing) {
    return listing.skipped().stream().map(s -> s.id() + ": " + s.reason()).toList();
  }

  @Test
  void filesOfKnownKindsAreListed() throws Exception {
    write("b.md", "# B");
    write("sub/deep/a.TXT", "text");
    write("README", "text");
    write(".hidden.md", "no");
    write(".git/config.txt", "no");
    write("pic.png", "no");
    write("sub/odd 'name\"\n🙂.html", "<p>x");
    Listing listing = Folder.of(root).list();
    assertEquals(
        List.of("README", "b.md", "sub/deep/a.TXT", "sub/odd 'name\"\n🙂.html"), ids(listing));
    assertEquals(List.of("pic.png: files that end in .png are not read"), skipped(listing));
    Document d = listing.sources().get(2).read();
    assertEquals("text", d.text());
    assertEquals(
        Map.of("path", "sub/deep/a.TXT", "folder", "sub/deep", "kind", "text", "encoding", "UTF-8"),
        d.metadata());
    assertEquals("", listing.sources().get(1).read().metadata().get("folder"));
    assertFalse(listing.unseen().test("b.md"));
  }

  @Test
  void linksPipesAndLoopsAreReported() throws Exception {
    write("a.md", "# A");
    write("sub/b.md", "# B");
    try {
      Files.createSymbolicLink(root.resolve("sub/loop"), root);
      Files.createSymbolicLink(root.resolve("gone.md"), root.resolve("nothing"));
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no links here: " + e);
    }
    Process fifo = new ProcessBuilder("mkfifo", root.resolve("pipe.txt").toString()).start();
    Assumptions.assumeTrue(fifo.waitFor() == 0, "no pipes here");
    Listing listing = Folder.of(root).list();
    assertEquals(List.of("a.md", "sub/b.md"), ids(listing));
    assertEquals(
        List.of(
            "gone.md: a link is not followed",
            "pipe.txt: a pipe or a device is not opened",
            "sub/loop: a link is not followed"),
        skipped(listing));
  }

  @Test
  void aFolderThatCannotBeOpenedHidesNothing() throws Exception {
    write("a.md", "# A");
    write("closed/b.md", "# B");
    assertTrue(root.resolve("closed").toFile().setReadable(false));
    try {
      Assumptions.assumeFalse(
          Files.isReadable(root.resolve("closed")), "this user may read everything");
      Listing listing = Folder.of(root).list();
      assertEquals(List.of("a.md"), ids(listing));
      assertEquals(
          List.of("closed/: the folder can't be opened: permission is denied"), skipped(listing));
      assertTrue(listing.unseen().test("closed/b.md"));
      assertFalse(listing.unseen().test("c.md"));
    } finally {
      assertTrue(root.resolve("closed").toFile().setReadable(true));
    }
  }

  @Test
  void aStampIsOfTheBytesThatAreRead() throws Exception {
    write("a.md", "# A");
    DocumentSource source = Folder.of(root).list().sources().get(0);
    String stamp = source.stamp();
    Files.setLastModifiedTime(root.resolve("a.md"), java.nio.file.attribute.FileTime.fromMillis(0));
    assertEquals(stamp, source.stamp());
    assertEquals("# A", source.read().text());
    write("a.md", "# B");
    assertTrue(
        assertThrows(UnreadableDocumentException.class, source::read)
            .getMessage()
            .contains("changed"));
    assertNotEquals(stamp, source.stamp());
    assertEquals("# B", source.read().text());
    Files.delete(root.resolve("a.md"));
    assertTrue(
        assertThrows(UnreadableDocumentException.class, source::stamp)
            .getMessage()
            .contains("not there any more"));
  }

  @Test
  void sizesAndFailuresAreSaid() throws Exception {
    write("empty.md", "");
    write("large.md", "12345678901");
    write("fine.md", "1234567890");
    write("throws.x", "x");
    DocumentParser broken =
        new DocumentParser() {
          @Override
          public String kind() {
            return "x";
          }

          @Override
          public Set<String> extensions() {
            return Set.of("x");
          }

          @Override
          public int version() {
            return 1;
          }

          @Override
          public Document parse(String name, byte[] bytes) {
            return parse(name, bytes); // without end
          }
        };
    Listing listing = new Folder(root, List.of(new MarkdownParser(), broken), 10).list();
    String[] reasons = {
      "it is empty", null, "it has 11 bytes; at most 10 are read", "StackOverflow"
    };
    for (int i = 0; i < 4; i++) {
      DocumentSource source = listing.sources().get(i);
      if (reasons[i] == null) {
        assertEquals("1234567890", source.read().text());
      } else {
        String why = assertThrows(UnreadableDocumentException.class, source::read).getMessage();
        assertTrue(why.contains(reasons[i]), why);
      }
    }
  }

  @Test
  void wrongFoldersAreRefused() throws Exception {
    write("a.md", "x");
    for (String[] wrong : new String[][] {{"none", "is not there"}, {"a.md", "is not a folder"}}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Folder.of(root.resolve(wrong[0])))
              .getMessage();
      assertTrue(message.contains(wrong[1]), message);
    }
    assertThrows(IllegalArgumentException.class, () -> new Folder(root, List.of(), 0));
  }
}
