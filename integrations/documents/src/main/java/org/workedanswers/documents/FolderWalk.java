package org.workedanswers.documents;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.workedanswers.rag.ingest.DocumentSource;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.ingest.Listing.Skipped;

/** One walk through a folder, first without links, then link by link. */
final class FolderWalk {
  /** Opens a folder; tests open some that fail. */
  interface Opener {
    DirectoryStream<Path> open(Path folder) throws IOException;
  }

  /** A folder, by its real path, and what its files' ids begin with. */
  private record Folder(Path path, String id) {}

  private final Path root;
  private final DocumentParsers parsers;
  private final Opener opener;

  private final Map<String, DocumentSource> sources = new TreeMap<>();
  private final List<Skipped> skipped = new ArrayList<>();
  private final Set<String> unseen = new HashSet<>();
  private final Deque<Folder> folders = new ArrayDeque<>();
  private final TreeMap<String, Path> links = new TreeMap<>();

  /** Real paths that are listed, and as what. */
  private final Map<Path, String> seen = new HashMap<>();

  /** A walk from a folder's real path. */
  FolderWalk(Path root, DocumentParsers parsers, Opener opener) {
    this.root = root;
    this.parsers = parsers;
    this.opener = opener;
  }

  /**
   * All that is there.
   *
   * @throws IOException if the folder itself can't be opened
   */
  Listing list() throws IOException {
    seen.put(root, ".");
    entries(new Folder(root, ""));
    while (!folders.isEmpty() || !links.isEmpty()) {
      if (folders.isEmpty()) {
        Map.Entry<String, Path> link = links.pollFirstEntry();
        follow(link.getValue(), link.getKey());
        continue;
      }
      Folder folder = folders.pop();
      try {
        entries(folder);
      } catch (IOException e) {
        unseen(folder.id, "it can't be opened: " + reason(e));
      }
    }
    skipped.sort(Comparator.comparing(Skipped::id));
    Set<String> hidden = Set.copyOf(unseen);
    return new Listing(List.copyOf(sources.values()), skipped, id -> isBeneath(id, hidden));
  }

  private static boolean isBeneath(String id, Set<String> unseen) {
    for (int end = id.length(); end >= 0; end = id.lastIndexOf('/', end - 1)) {
      if (unseen.contains(id.substring(0, end))) {
        return true;
      }
    }
    return false;
  }

  private void entries(Folder folder) throws IOException {
    try (DirectoryStream<Path> stream = opener.open(folder.path)) {
      for (Path entry : stream) {
        String name = FileName.of(entry);
        if (!name.startsWith(".")) {
          entry(entry, folder.id.isEmpty() ? name : folder.id + "/" + name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void entry(Path path, String id) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isSymbolicLink()) {
        if (links.putIfAbsent(id, path) != null) {
          skip(id, "another link has the same name but for what is not Unicode");
        }
      } else {
        add(path, id, attributes);
      }
    } catch (NoSuchFileException e) {
      return; // it was removed since the folder was opened
    } catch (IOException e) {
      unseen(id, "it can't be looked at: " + reason(e));
    }
  }

  private void follow(Path link, String id) {
    try {
      Path target = link.toRealPath();
      if (!target.equals(root) && root.startsWith(target)) {
        skip(id, "it is a link to a folder that holds this one");
        return;
      }
      add(target, id, Files.readAttributes(target, BasicFileAttributes.class));
    } catch (NoSuchFileException e) {
      unseen(id, "it is a link that leads nowhere");
    } catch (FileSystemLoopException e) {
      unseen(id, "it is a link that leads in a circle");
    } catch (IOException e) {
      unseen(id, "it is a link that can't be followed: " + reason(e));
    }
  }

  /** A real folder or file. */
  private void add(Path path, String id, BasicFileAttributes attributes) {
    if (attributes.isOther()) {
      skip(id, "it is a pipe, a device or a socket");
      return;
    }
    if (!attributes.isDirectory() && !readable(path, id, attributes.size())) {
      return;
    }
    String before = seen.putIfAbsent(path, id);
    if (before != null) {
      skip(id, "it is the same as " + before + ", which is listed");
    } else if (attributes.isDirectory()) {
      folders.push(new Folder(path, id));
    } else {
      DocumentParser parser = parsers.of(name(id)).orElseThrow();
      if (sources.putIfAbsent(id, new FileSource(path, id, parser)) != null) {
        skip(id, "another file has the same name but for what is not Unicode");
      }
    }
  }

  private boolean readable(Path path, String id, long size) {
    Optional<DocumentParser> parser = parsers.of(name(id));
    if (parser.isEmpty()) {
      String extension = CleanText.title(DocumentParsers.extension(name(id)));
      skip(id, "files that end in ." + extension + " are not read");
    } else if (size > parser.get().maxBytes()) {
      skip(id, FileSource.tooLarge(size, parser.get()));
    } else if (!Files.isReadable(path)) {
      unseen(id, "it may not be read: permission denied");
    } else {
      return true;
    }
    return false;
  }

  private static String name(String id) {
    return id.substring(id.lastIndexOf('/') + 1);
  }

  private void skip(String id, String reason) {
    skipped.add(new Skipped(id, reason));
  }

  private void unseen(String id, String reason) {
    skip(id, reason);
    unseen.add(id);
  }

  /** What went wrong, without the path, which the caller names. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "it is no longer there";
    }
    String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return CleanText.reason(message == null ? e.getClass().getSimpleName() : message);
  }
}
