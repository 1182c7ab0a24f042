package org.workedanswers.answers.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.rag.store.Fingerprint;

/**
 * Where an index of a folder's documents is kept: never among them, and of no other folder.
 *
 * <pre>
 *   folder.txt   which folder's documents these are
 *   lucene/      the index
 * </pre>
 */
final class IndexPlace {
  private static final String OWNER = "folder.txt";
  private static final String WRITTEN = OWNER + ".new"; // is left there by a kill

  private IndexPlace() {}

  /**
   * The folder of the index itself, made ready.
   *
   * @param docs the documents' folder, which is there
   * @param named where a user wants it; null for a folder of its own in {@code cache}
   * @throws IllegalArgumentException if it would be among the documents, is another folder's, holds
   *     other files, or can't be written
   */
  static Path of(Path docs, Path named, Path cache) {
    try {
      Path real = docs.toRealPath();
      Path place =
          named != null
              ? named
              : cache.resolve("index-" + Fingerprint.of(List.of(real.toString())));
      Path there = existing(place.toAbsolutePath().normalize());
      Check.that(
          !there.startsWith(real),
          "the index would be in %s, among the documents of %s: name a folder outside by --index",
          place,
          docs);
      Files.createDirectories(place);
      own(place, real);
      return place.resolve("lucene");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the index of " + docs + " can't be kept there: " + e.getMessage(), e);
    }
  }

  /** The place, through links as far as it is there. */
  private static Path existing(Path place) throws IOException {
    Path there = place;
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    return there.toRealPath().resolve(there.relativize(place));
  }

  private static void own(Path place, Path docs) throws IOException {
    Path file = place.resolve(OWNER);
    if (!Files.exists(file)) {
      try (java.util.stream.Stream<Path> entries = Files.list(place)) {
        Check.that(
            entries.allMatch(e -> e.getFileName().toString().equals(WRITTEN)),
            "%s holds other files: name an empty folder, or one that is not there, by --index",
            place);
      }
      Path written = place.resolve(WRITTEN); // whole or not at all
      Files.writeString(written, docs.toString(), StandardCharsets.UTF_8);
      Files.move(written, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
    String owner = Files.readString(file, StandardCharsets.UTF_8);
    Check.that(
        owner.equals(docs.toString()),
        "%s is the index of %s, not of %s: name another folder by --index",
        place,
        owner,
        docs);
  }
}
