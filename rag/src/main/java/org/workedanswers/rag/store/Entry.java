package org.workedanswers.rag.store;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * A document as a store takes it.
 *
 * @param document its id
 * @param fingerprint what tells one state of it from another, so that what has not changed need not
 *     be taken in again
 * @param passages its passages in their order; there may be none
 * @param embeddings a row for each [passages x d]
 */
public record Entry(
    String document, String fingerprint, List<Passage> passages, Matrix embeddings) {
  /**
   * Checks that the parts belong together.
   *
   * @throws IllegalArgumentException if a passage is of another document, two have one id, the rows
   *     are not as many as the passages, a number is NaN or infinite, or an embedding's length is
   *     neither 0 nor in 10⁻¹⁵..10¹⁵
   */
  public Entry {
    Check.that(!document.isBlank(), "a document has no id");
    checkText("a document's id", document);
    checkText("the fingerprint of document " + document, fingerprint);
    passages = List.copyOf(passages);
    Check.that(
        passages.size() == embeddings.rows(),
        "document %s has %d passages and %d embeddings",
        document,
        passages.size(),
        embeddings.rows());
    Set<String> ids = new HashSet<>();
    for (Passage passage : passages) {
      Check.that(
          passage.document().equals(document),
          "passage %s is of document %s, not of %s",
          passage.id(),
          passage.document(),
          document);
      Check.that(ids.add(passage.id()), "document %s has passage %s twice", document, passage.id());
    }
    for (int i = 0; i < embeddings.rows(); i++) {
      PassageStore.checkVector(
          "the embedding of passage " + passages.get(i).id(), embeddings.row(i));
    }
  }

  /**
   * Checks that the embeddings are of a store's dimension.
   *
   * @throws IllegalArgumentException if there are any and they are not
   */
  public void checkDimension(int dimension) {
    Check.that(
        passages.isEmpty() || embeddings.cols() == dimension,
        "the embeddings of document %s have %d numbers and the store's %d: both must come from one"
            + " model",
        document,
        embeddings.cols(),
        dimension);
  }

  /** Refuses half of a surrogate pair, which is no text. */
  static void checkText(String what, String text) {
    int bad = text.codePoints().filter(c -> 0xd800 <= c && c <= 0xdfff).findFirst().orElse(0);
    Check.that(bad == 0, "%s holds \\u%x, half of a character", what, bad);
  }
}
