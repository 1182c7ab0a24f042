package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.Listing.Skipped;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

class DocumentFolderTest {
  @TempDir Path temporary;
  private Path notes;

  @BeforeEach
  void folder() throws IOException {
    notes = Files.createDirectory(temporary.resolve("notes"));
  }

  private Path write(String id, String text) throws IOException {
    Path file = notes.resolve(id);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Listing list() {
    return new DocumentFolder(notes).list();
  }

  private static List<String> ids(Listing listing) {
    return listing.sources().stream().map(DocumentSource::id).toList();
  }

  private static String skipped(Listing listing, String id) {
    List<String> reasons =
        listing.skipped().stream().filter(s -> s.id().equals(id)).map(Skipped::reason).toList();
    assertEquals(1, reasons.size(), id + " in " + listing.skipped());
    return reasons.get(0);
  }

  private static String unreadable(DocumentSource source) {
    return assertThrows(UnreadableDocumentException.class, source::read).getMessage();
  }

  @Test
  void filesOfAllFoldersAreListedInOrder() throws Exception {
    write("b.txt", "text");
    write("a/z/page.html", "<title>Page</title><p>text");
    write("a.md", "# Head\n\ntext");
    write("a/README", "text");
    write("photo.JPG", "\0\0");
    write("a/Main.class", "\0\0");
    write(".git/config.txt", "hidden");
    write("a/.hidden.md", "hidden");
    Files.createDirectory(notes.resolve("empty"));
    Files.write(notes.resolve("a/paper.PDF"), Pdfs.bytes(Pdfs.pages("text")));
    Listing listing = list();
    assertEquals(
        List.of("a.md", "a/README", "a/paper.PDF", "a/z/page.html", "b.txt"), ids(listing));
    assertEquals(
        List.of(
            new Skipped("a/Main.class", "files that end in .class are not read"),
            new Skipped("photo.JPG", "files that end in .jpg are not read")),
        listing.skipped());
    assertFalse(listing.unseen().test("b.txt") || listing.unseen().test("a/gone.md"));
    Document page = listing.sources().get(3).read();
    assertEquals("Page", page.title());
    assertEquals(
        Map.of("path", "a/z/page.html", "folder", "a/z", "kind", "html", "encoding", "UTF-8"),
        page.metadata());
    for (DocumentSource source : listing.sources()) {
      assertEquals(
          "text", source.read().text().replace("# Head\n\n", "").replace("# ", ""), source.id());
    }
    assertEquals("b.txt", listing.sources().get(4).read().title());
    assertEquals("", listing.sources().get(4).read().metadata().get("folder"));
  }

  @Test
  void aFolderThatIsNoneIsRefused() throws IOException {
    Path file = write("file.txt", "");
    assertRefused("there is no folder ", notes.resolve("gone"));
    assertRefused("is a file: it must be a folder", file);
  }

  private static void assertRefused(String reason, Path folder) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new DocumentFolder(folder).list())
            .getMessage();
    assertTrue(message.contains(reason) && message.contains(folder.toString()), message);
  }

  @Test
  void aStampIsOfTheBytesAndTheParser() throws Exception {
    Path file = write("a.txt", "text");
    DocumentSource source = list().sources().get(0);
    String stamp = source.stamp();
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    assertEquals(stamp, source.stamp());
    assertEquals(stamp, list().sources().get(0).stamp());
    write("b.txt", "text");
    assertEquals(stamp, list().sources().get(1).stamp());
    write("c.md", "text");
    assertNotEquals(stamp, list().sources().get(2).stamp());
    DocumentParsers next = DocumentParsers.of(new OddParser("2", Integer.MAX_VALUE));
    DocumentParsers last = DocumentParsers.of(new OddParser("1", Integer.MAX_VALUE));
    write("d.odd", "text");
    assertNotEquals(
        new DocumentFolder(notes, last).list().sources().get(0).stamp(),
        new DocumentFolder(notes, next).list().sources().get(0).stamp());
    Files.writeString(file, "texT");
    assertNotEquals(stamp, source.stamp());
  }

  @Test
  void aFileThatChangesAfterItsStampIsNotReadUnderIt() throws Exception {
    Path file = write("a.txt", "before");
    DocumentSource source = list().sources().get(0);
    assertEquals("before", source.read().text());
    source.stamp();
    assertEquals("before", source.read().text());
    Files.writeString(file, "behind");
    assertEquals("it was changed while it was read", unreadable(source));
    source.stamp();
    assertEquals("behind", source.read().text());
    Files.delete(file);
    assertEquals("it can't be read: it is no longer there", unreadable(source));
    assertThrows(UnreadableDocumentException.class, source::stamp);
    Files.createDirectory(file);
    assertEquals("it is no longer a file", unreadable(source));
  }

  @Test
  void whatIsTooLargeIsSkippedUnread() throws Exception {
    try (RandomAccessFile sparse = new RandomAccessFile(notes.resolve("a.txt").toFile(), "rw")) {
      sparse.setLength((64L << 20) + 1);
    }
    Listing listing = list();
    assertEquals(List.of(), listing.sources());
    assertEquals(
        "it has 67108865 bytes: of text files at most 67108864 are read",
        skipped(listing, "a.txt"));
    Path file = write("b.odd", "1234");
    DocumentParsers parsers = DocumentParsers.of(new OddParser("1", 4));
    DocumentSource source = new DocumentFolder(notes, parsers).list().sources().get(0);
    assertEquals("odd", source.read().text());
    Files.writeString(file, "12345");
    assertEquals("it has 5 bytes: of odd files at most 4 are read", unreadable(source));
    assertThrows(UnreadableDocumentException.class, source::stamp);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "symbolic links need a right there")
  void linksAreFollowedOnceAndNeverInACircle() throws IOException {
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    Files.writeString(outside.resolve("o.txt"), "text");
    Files.createSymbolicLink(outside.resolve("back"), notes);
    write("real/r.txt", "text");
    link("a-first", notes.resolve("real"));
    link("real/self", notes.resolve("real"));
    link("real/up", notes);
    link("all", temporary);
    link("x/out", outside);
    link("z-out", outside);
    link("relative.txt", Path.of("real", "r.txt"));
    link("other.txt", outside.resolve("o.txt"));
    link("nowhere", temporary.resolve("gone"));
    link("ring1", notes.resolve("ring2"));
    link("ring2", notes.resolve("ring1"));
    Listing listing = list();
    assertEquals(List.of("other.txt", "real/r.txt"), ids(listing));
    assertEquals("it is the same as real, which is listed", skipped(listing, "a-first"));
    assertEquals("it is the same as real, which is listed", skipped(listing, "real/self"));
    assertEquals("it is the same as ., which is listed", skipped(listing, "real/up"));
    assertEquals("it is a link to a folder that holds this one", skipped(listing, "all"));
    assertEquals("it is the same as other.txt, which is listed", skipped(listing, "x/out/o.txt"));
    assertEquals("it is the same as ., which is listed", skipped(listing, "x/out/back"));
    assertEquals("it is the same as x/out, which is listed", skipped(listing, "z-out"));
    assertEquals("it is the same as real/r.txt, which is listed", skipped(listing, "relative.txt"));
    assertEquals("it is a link that leads nowhere", skipped(listing, "nowhere"));
    assertTrue(skipped(listing, "ring1").startsWith("it is a link that"), "ring1");
    assertEquals(10 + 1, listing.skipped().size(), listing.skipped().toString());
    assertTrue(listing.unseen().test("nowhere/a.txt") && listing.unseen().test("ring2"));
    assertFalse(listing.unseen().test("real/gone.txt") || listing.unseen().test("nowhere2"));
    assertEquals(ids(listing), ids(new DocumentFolder(outside.resolve("back")).list()));
  }

  private void link(String id, Path target) throws IOException {
    Files.createDirectories(notes.resolve(id).getParent());
    Files.createSymbolicLink(notes.resolve(id), target);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // else it hangs as it fails
  void pipesAndDevicesAreNotOpened() throws Exception {
    Path pipe = notes.resolve("pipe.txt");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    link("device.txt", Path.of("/dev/zero"));
    Path file = write("file.txt", "text");
    Listing listing = list();
    assertEquals("it is a pipe, a device or a socket", skipped(listing, "pipe.txt"));
    assertEquals("it is a pipe, a device or a socket", skipped(listing, "device.txt"));
    DocumentSource source = listing.sources().get(0);
    Files.move(pipe, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertEquals("it is no longer a file", unreadable(source));
    assertThrows(UnreadableDocumentException.class, source::stamp);
    Files.delete(notes.resolve("device.txt")); // JUnit warns of links that leave its folder
  }

  /** Whoever runs the tests may be allowed to open all folders: these fail by themselves. */
  @Test
  void whatIsBeneathAFolderThatCanNotBeOpenedIsUnseen() throws IOException {
    write("a/b/c.txt", "text");
    write("d/e.txt", "text");
    write("f.txt", "text");
    Path real = notes.toRealPath();
    FolderWalk.Opener opener =
        folder -> {
          if (folder.equals(real.resolve("a/b"))) {
            throw new AccessDeniedException(folder.toString());
          }
          return folder.equals(real.resolve("d")) ? new Broken() : Files.newDirectoryStream(folder);
        };
    Listing listing = new FolderWalk(real, DocumentParsers.standard(), opener).list();
    assertEquals(List.of("f.txt"), ids(listing));
    assertEquals("it can't be opened: permission denied", skipped(listing, "a/b"));
    assertEquals("it can't be opened: the disk is gone", skipped(listing, "d"));
    for (String id : List.of("a/b", "a/b/c.txt", "a/b/x/y", "d/e.txt")) {
      assertTrue(listing.unseen().test(id), id);
    }
    for (String id : List.of("a", "a/c.txt", "a/bc/c.txt", "f.txt", "dd/e.txt", "", "b")) {
      assertFalse(listing.unseen().test(id), id);
    }
  }

  /** A folder that is opened and then fails. */
  private record Broken() implements DirectoryStream<Path> {
    @Override
    public Iterator<Path> iterator() {
      throw new DirectoryIteratorException(new IOException("the disk is gone"));
    }

    @Override
    public void close() {}
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void whatMayNotBeReadIsUnseen() throws IOException {
    Path file = write("secret.txt", "text");
    Path folder = Files.createDirectory(notes.resolve("closed"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
    assumeTrue(!Files.isReadable(file), "who runs the tests may read all files");
    try {
      Listing listing = list();
      assertEquals(List.of(), listing.sources());
      assertEquals("it may not be read: permission denied", skipped(listing, "secret.txt"));
      assertEquals("it can't be opened: permission denied", skipped(listing, "closed"));
      assertTrue(listing.unseen().test("secret.txt") && listing.unseen().test("closed/a.txt"));
      assertRefused("can't be opened: permission denied", folder);
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** A path that the system refuses for its length, whoever asks. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void pathsThatAreTooLongAreReported() throws IOException {
    Path upper = notes.resolve("u");
    Path lower = temporary.resolve("l");
    String name = "n".repeat(255);
    Path deepest = deep(upper, name, 3600);
    deep(lower, name, 2000);
    Path moved = deepest.resolve("m");
    Files.move(lower, moved);
    try {
      Listing listing = list();
      assertTrue(listing.skipped().size() == 1, listing.skipped().toString());
      Skipped skipped = listing.skipped().get(0);
      assertTrue(skipped.reason().contains("too long"), skipped.reason());
      assertTrue(listing.unseen().test(skipped.id() + "/a.txt"));
    } finally {
      Files.move(moved, lower);
    }
  }

  private static Path deep(Path from, String name, int length) throws IOException {
    Path path = from;
    while (path.toString().length() + name.length() < length) {
      path = path.resolve(name);
    }
    return Files.createDirectories(path);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesMayBeOdd() throws Exception {
    List<String> names =
        List.of(
            "a\nb.txt",
            "q\"uo'te.txt",
            "sp ace?.txt",
            "\ud83d\ude00.txt",
            "\u00e9 %41.txt",
            "x".repeat(251) + ".txt",
            "back\\slash.txt",
            "\u001b[31m.txt",
            "-rf.txt",
            "~.txt");
    String base = notes.toUri().getRawPath().replaceAll("/$", "");
    for (String name : names) {
      Files.writeString(raw(base, encoded(name)), name);
    }
    Files.writeString(raw(base, "broken%FF.txt"), "one");
    Files.writeString(raw(base, "broken%FE.txt"), "other");
    Listing listing = list();
    Set<String> ids = Set.copyOf(ids(listing));
    assertTrue(ids.containsAll(names), ids.toString());
    assertEquals(names.size() + 1, ids.size());
    for (DocumentSource source : listing.sources()) {
      Document document = source.read();
      Parsed.assertWritable(document.title());
      assertEquals(source.id(), document.metadata().get("path"));
      if (names.contains(source.id())) {
        assertEquals(source.id(), document.text());
      }
    }
    assertTrue(skipped(listing, "broken\ufffd.txt").startsWith("another file has the same name"));
  }

  /** A name in UTF-8 whatever the locale says. */
  private static String encoded(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : name.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      encoded.append(String.format("%%%02X", b));
    }
    return encoded.toString();
  }

  private static Path raw(String base, String name) {
    return Path.of(URI.create("file://" + base + "/" + name));
  }

  private record OddParser(String version, long maxBytes) implements DocumentParser {
    @Override
    public String kind() {
      return "odd";
    }

    @Override
    public Set<String> extensions() {
      return Set.of("odd");
    }

    @Override
    public Document parse(byte[] bytes, String name) {
      return new Document("", "odd", Map.of());
    }
  }
}
