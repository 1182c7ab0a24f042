package org.workedanswers.rag.ingest;

import java.util.List;

/**
 * What an ingestion did.
 *
 * @param added ids of documents that were not there before
 * @param changed ids of documents that were taken in anew
 * @param unchanged how many documents were left as they were
 * @param removed ids of documents that have vanished
 * @param embedded how many passages were embedded
 * @param reused how many passages of changed documents had their embedding already
 * @param skipped what could not be taken in, with reasons; what the store had of it is kept
 */
public record IngestReport(
    List<String> added,
    List<String> changed,
    int unchanged,
    List<String> removed,
    long embedded,
    long reused,
    List<Listing.Skipped> skipped) {
  /** Keeps the lists as they are now. */
  public IngestReport {
    added = List.copyOf(added);
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
    skipped = List.copyOf(skipped);
  }
}
