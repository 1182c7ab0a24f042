package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * Retrieval by several ways at once: each leg ranks the collection down to its own depth, and a
 * fusion makes one ranking of them.
 */
public final class HybridRetriever implements Retriever {
  /**
   * One way to search.
   *
   * @param retriever how
   * @param depth how many documents it hands to the fusion
   */
  public record Leg(Retriever retriever, int depth) {
    /** Checks the depth. */
    public Leg {
      Check.positive("depth", depth);
    }
  }

  /**
   * What stands behind the answer to one query.
   *
   * @param legs what each leg found, in the legs' order
   * @param fused the fusion of them, whole
   */
  public record Trace(List<List<Hit>> legs, List<Hit> fused) {}

  private final List<Leg> legs;
  private final Fusion fusion;

  /**
   * A hybrid of these legs.
   *
   * @throws IllegalArgumentException if there are none
   */
  public HybridRetriever(Fusion fusion, List<Leg> legs) {
    Check.that(!legs.isEmpty(), "there are no legs: a hybrid needs at least one");
    this.legs = List.copyOf(legs);
    this.fusion = fusion;
  }

  @Override
  public List<List<Hit>> search(List<String> queries, int k) {
    Check.positive("k", k);
    List<List<Hit>> found = new ArrayList<>(queries.size());
    for (Trace t : trace(queries)) {
      found.add(t.fused().subList(0, Math.min(k, t.fused().size())));
    }
    return found;
  }

  /** The legs' rankings and their fusion, a query each. */
  public List<Trace> trace(List<String> queries) {
    List<List<List<Hit>>> byLeg = new ArrayList<>();
    for (Leg leg : legs) {
      byLeg.add(leg.retriever().search(queries, leg.depth()));
    }
    List<Trace> traces = new ArrayList<>(queries.size());
    for (int q = 0; q < queries.size(); q++) {
      List<List<Hit>> rankings = new ArrayList<>();
      for (List<List<Hit>> found : byLeg) {
        rankings.add(found.get(q));
      }
      traces.add(new Trace(rankings, fusion.fuse(rankings)));
    }
    return traces;
  }
}
