package org.workedanswers.documents;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.Listing;

/**
 * The files of a folder and its subfolders as documents. A document's id is its path from the
 * folder on, with slashes, sorted by it; its metadata are {@code path}, {@code folder} (the path
 * without the name, empty at the top), {@code kind}, and what its parser tells.
 *
 * <ul>
 *   <li>Names that begin with a point are left out, as a shell does, without a word.
 *   <li>Reported as skipped: links, which are not followed (what they point to is taken in where it
 *       stands, if that is in the folder), kinds of files without a parser, files that are empty or
 *       larger than the limit, pipes and devices, and folders that can't be opened. What was taken
 *       in from such a folder before counts as still there.
 * </ul>
 */
public final class Folder {
  /** The most bytes of a file where no limit is named. */
  public static final long MAX_BYTES = 64L << 20;

  private final Path root;
  private final long maxBytes;
  private final Map<String, DocumentParser> parsers = new HashMap<>();

  /**
   * A folder with the parsers that come with this module, and files of up to {@link #MAX_BYTES}.
   */
  public static Folder of(Path root) {
    return new Folder(
        root,
        List.of(new TextParser(), new MarkdownParser(), new HtmlParser(), new PdfParser()),
        MAX_BYTES);
  }

  /**
   * A folder.
   *
   * @param parsers of two that read one kind of file the later one does
   * @param maxBytes of a file, 1..2³⁰
   * @throws IllegalArgumentException if the folder is not there or not a folder
   */
  public Folder(Path root, List<DocumentParser> parsers, long maxBytes) {
    Check.that(Files.exists(root), "%s is not there", root);
    Check.that(Files.isDirectory(root), "%s is not a folder", root);
    Check.that(Files.isReadable(root), "%s can't be read", root);
    Check.that(
        maxBytes >= 1 && maxBytes <= 1 << 30,
        "%d is no limit of bytes: it must be 1..2^30",
        maxBytes);
    this.root = root;
    this.maxBytes = maxBytes;
    parsers.forEach(p -> p.extensions().forEach(e -> this.parsers.put(e, p)));
  }

  /** What the folder holds now. */
  public Listing list() {
    List<DocumentSource> sources = new ArrayList<>();
    List<Listing.Skipped> skipped = new ArrayList<>();
    List<String> closed = new ArrayList<>(); // folders that can't be opened, with a slash
    Deque<Path> folders = new ArrayDeque<>(List.of(root));
    while (!folders.isEmpty()) {
      Path folder = folders.pop();
      String prefix = folder.equals(root) ? "" : id(folder) + "/";
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          if (!entry.getFileName().toString().startsWith(".")) {
            look(entry, sources, skipped, folders);
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        skipped.add(
            new Listing.Skipped(
                prefix.isEmpty() ? root.toString() : prefix,
                "the folder can't be opened: " + reason(e)));
        closed.add(prefix);
      }
    }
    sources.sort(Comparator.comparing(DocumentSource::id));
    skipped.sort(Comparator.comparing(Listing.Skipped::id));
    return new Listing(sources, skipped, id -> closed.stream().anyMatch(id::startsWith));
  }

  private void look(
      Path entry,
      List<DocumentSource> sources,
      List<Listing.Skipped> skipped,
      Deque<Path> folders) {
    String id = id(entry);
    try {
      BasicFileAttributes is =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (is.isDirectory()) {
        folders.push(entry);
      } else if (is.isSymbolicLink()) {
        skipped.add(new Listing.Skipped(id, "a link is not followed"));
      } else if (!is.isRegularFile()) {
        skipped.add(new Listing.Skipped(id, "a pipe or a device is not opened"));
      } else {
        DocumentParser parser = parsers.get(extension(entry));
        if (parser == null) {
          skipped.add(
              new Listing.Skipped(id, "files that end in ." + extension(entry) + " are not read"));
        } else {
          sources.add(new FileSource(id, entry, parser, maxBytes));
        }
      }
    } catch (IOException e) {
      skipped.add(new Listing.Skipped(id, "it can't be looked at: " + reason(e)));
    }
  }

  /** What a person is told of a failure: Java's messages are often the path alone. */
  static String reason(Exception e) {
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission is denied";
    }
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "it is not there any more";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String extension(Path file) {
    String name = file.getFileName().toString();
    int point = name.lastIndexOf('.');
    return point < 0 ? "" : name.substring(point + 1).toLowerCase(Locale.ROOT);
  }

  /** Names that are no text in this system's encoding are told apart by their bytes. */
  private String id(Path entry) {
    Path relative = root.relativize(entry);
    String id = relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
    if (id.indexOf('\ufffd') < 0) {
      return id;
    }
    String all = entry.toAbsolutePath().toUri().getRawPath();
    return all.substring(root.toAbsolutePath().toUri().getRawPath().length());
  }
}
