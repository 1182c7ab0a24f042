package org.workedanswers.rag.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Fingerprint;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/**
 * Makes a store hold what a place holds: reads, cuts and embeds what is new or has changed, and
 * takes out what has vanished.
 *
 * <pre>
 *   document -> stamp; as the store's fingerprint has it?  nothing to do
 *            -> text -> chunks -> passages, by stable ids
 *            -> embeddings of those that the store does not have -> store, whole
 * </pre>
 *
 * <ul>
 *   <li>A document is put into the store whole or not at all. Whatever ends an ingestion, what was
 *       finished stays, and the next one goes on from there.
 *   <li>A document that can't be read is skipped and reported; what the store has of it stays.
 *   <li>A changed document's passages keep their embeddings where their title and text are the
 *       same.
 *   <li>With another embedder or chunker, by its name, all documents are taken in anew.
 * </ul>
 */
public final class Ingestion {
  /** Passages that are embedded and stored together: enough to share out, and soon on disk. */
  private static final int BATCH = 128;

  private final PassageStore store;
  private final Embedder embedder;
  private final PassageCutter cutter;
  private final StepObserver observer;
  private final String mark; // of the embedder, ahead of its documents' fingerprints

  /** Is told how far an ingestion is. */
  @FunctionalInterface
  public interface Progress {
    /** Nobody looks. */
    Progress NONE = (documents, all, embedded) -> {};

    /**
     * Some more is done; what is counted is in the store.
     *
     * @param documents how many are done with: stored, unchanged or skipped
     * @param all of so many
     * @param embedded how many passages were embedded, of documents that are not done with too
     */
    void at(int documents, int all, long embedded);
  }

  /** A document on its way into the store. */
  private record Pending(
      String id, String fingerprint, List<Passage> passages, Map<String, float[]> known) {
    List<Passage> unknown() {
      return passages.stream().filter(p -> !known.containsKey(p.id())).toList();
    }
  }

  /** One run's state. */
  private final class Run {
    final Listing listing;
    final Progress progress;
    final Map<String, String> before = store.documents();
    final List<String> added = new ArrayList<>();
    final List<String> changed = new ArrayList<>();
    final List<Listing.Skipped> skipped;
    final List<Pending> pending = new ArrayList<>();
    int pendingPassages;
    int unchanged;
    int done;
    long embedded;
    long reused;

    Run(Listing listing, Progress progress) {
      this.listing = listing;
      this.progress = progress;
      this.skipped = new ArrayList<>(listing.skipped());
    }

    void told() {
      progress.at(done, listing.sources().size(), embedded);
    }
  }

  /**
   * Ingestion into a store.
   *
   * @param embedder its name tells its vectors from others'
   * @param cutter what cuts documents into passages
   * @param observer is told of the steps
   * @throws IllegalArgumentException if the embedder's dimension is not the store's
   */
  public Ingestion(
      PassageStore store, Embedder embedder, PassageCutter cutter, StepObserver observer) {
    Check.that(
        embedder.dimension() == store.dimension(),
        "the embedder's vectors have %d numbers and the store's %d",
        embedder.dimension(),
        store.dimension());
    this.store = store;
    this.embedder = embedder;
    this.cutter = cutter;
    this.observer = observer;
    this.mark = Fingerprint.of(List.of(embedder.name())) + "-";
  }

  /**
   * Takes in what a place holds, all of it or as far as it comes.
   *
   * @throws IllegalArgumentException if two sources have one id
   * @throws org.workedanswers.rag.store.StoreException if the store fails
   */
  public IngestReport run(Listing listing, Progress progress) {
    return observer.during(
        Step.INGEST,
        step -> {
          step.with(Step.INPUTS, listing.sources().size());
          return run(new Run(listing, progress));
        });
  }

  private IngestReport run(Run run) {
    Set<String> ids = new HashSet<>();
    for (DocumentSource source : run.listing.sources()) {
      Check.that(ids.add(source.id()), "two documents have the id %s", source.id());
    }
    run.skipped.forEach(s -> ids.add(s.id())); // it is there, whatever was wrong with it
    List<String> removed =
        run.before.keySet().stream()
            .filter(id -> !ids.contains(id) && !run.listing.unseen().test(id))
            .toList();
    if (!removed.isEmpty()) {
      store.removeAll(removed);
    }
    for (DocumentSource source : run.listing.sources()) {
      take(run, source);
      if (run.pendingPassages >= BATCH) {
        flush(run);
      }
    }
    flush(run);
    run.told();
    return new IngestReport(
        run.added, run.changed, run.unchanged, removed, run.embedded, run.reused, run.skipped);
  }

  private void take(Run run, DocumentSource source) {
    String id = source.id();
    try {
      String fingerprint = mark + Fingerprint.of(List.of(id, source.stamp(), cutter.name()));
      if (fingerprint.equals(run.before.get(id))) {
        run.unchanged++;
        run.done++;
        return;
      }
      List<Passage> passages = cutter.passages(id, source.read());
      Map<String, float[]> known = run.before.containsKey(id) ? known(run, id) : Map.of();
      run.pending.add(new Pending(id, fingerprint, passages, known));
      run.pendingPassages += passages.size();
    } catch (UnreadableDocumentException | IllegalArgumentException e) {
      skip(run, id, e.getMessage());
    }
  }

  /** The embeddings that the store has of a document, if they are this embedder's. */
  private Map<String, float[]> known(Run run, String id) {
    return run.before.get(id).startsWith(mark) ? store.embeddings(id) : Map.of();
  }

  private static void skip(Run run, String id, String reason) {
    run.skipped.add(new Listing.Skipped(id, reason));
    run.done++;
  }

  /** Stores what is pending, together; one by one where a document does not go in. */
  private void flush(Run run) {
    List<Pending> pending = List.copyOf(run.pending);
    run.pending.clear();
    run.pendingPassages = 0;
    if (pending.isEmpty()) {
      return;
    }
    try {
      store(run, pending);
    } catch (IllegalArgumentException together) {
      for (Pending one : pending) {
        try {
          store(run, List.of(one));
        } catch (IllegalArgumentException e) {
          skip(run, one.id(), e.getMessage());
        }
      }
    }
    run.told();
  }

  private void store(Run run, List<Pending> pending) {
    List<Passage> unknown = pending.stream().flatMap(p -> p.unknown().stream()).toList();
    Map<String, float[]> vectors = embed(run, unknown);
    pending.forEach(p -> vectors.putAll(p.known()));
    store.putAll(pending.stream().map(p -> entry(p, vectors)).toList());
    for (Pending p : pending) {
      (run.before.containsKey(p.id()) ? run.changed : run.added).add(p.id());
      run.reused += p.passages().size() - p.unknown().size();
      run.done++;
    }
  }

  /** Vectors by the passages' ids. */
  private Map<String, float[]> embed(Run run, List<Passage> passages) {
    Map<String, float[]> vectors = new HashMap<>();
    for (int from = 0; from < passages.size(); from += BATCH) {
      List<Passage> batch = passages.subList(from, Math.min(passages.size(), from + BATCH));
      Matrix e =
          observer.during(
              Step.EMBED,
              step -> {
                step.with(Step.MODEL, embedder.name()).with(Step.INPUTS, batch.size());
                return embedder.embed(batch.stream().map(Passage::searched).toList());
              });
      for (int i = 0; i < batch.size(); i++) {
        vectors.put(batch.get(i).id(), e.row(i));
      }
      run.embedded += batch.size();
      run.told();
    }
    return vectors;
  }

  private Entry entry(Pending p, Map<String, float[]> vectors) {
    Matrix rows = Matrix.zeros(p.passages().size(), embedder.dimension());
    for (int i = 0; i < p.passages().size(); i++) {
      float[] vector = vectors.get(p.passages().get(i).id());
      System.arraycopy(vector, 0, rows.data(), rows.index(i, 0), vector.length);
    }
    return new Entry(p.id(), p.fingerprint(), p.passages(), rows);
  }
}
