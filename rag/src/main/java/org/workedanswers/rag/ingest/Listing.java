package org.workedanswers.rag.ingest;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a place holds.
 *
 * @param sources its documents, each with an id of its own
 * @param skipped what was left out, with reasons
 * @param unseen whether a document of this id may be there though it is not among the sources, as
 *     in a folder that could not be opened: such are kept, not taken for vanished
 */
public record Listing(
    List<DocumentSource> sources, List<Skipped> skipped, Predicate<String> unseen) {
  /**
   * What was left out.
   *
   * @param id a document, or the part of the place that it is
   * @param reason why, for a person
   */
  public record Skipped(String id, String reason) {}

  /** Keeps the lists as they are now. */
  public Listing {
    sources = List.copyOf(sources);
    skipped = List.copyOf(skipped);
  }

  /** All of a place's documents. */
  public static Listing of(List<DocumentSource> sources) {
    return new Listing(sources, List.of(), id -> false);
  }
}
