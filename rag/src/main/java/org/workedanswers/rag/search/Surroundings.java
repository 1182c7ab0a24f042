package org.workedanswers.rag.search;

import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/**
 * Small passages to search, larger ones to read: a passage with what stands around it in its
 * document, put together from the document's other passages.
 *
 * <p>Passages may overlap, and the white space between them is not kept: neighbours that don't
 * overlap are joined by a line end.
 */
public final class Surroundings {
  private Surroundings() {}

  /**
   * The passage, grown by whole neighbours on both sides, the next first, while it has at most so
   * many characters. It keeps its id. A passage that the store does not have any more stays as it
   * is.
   *
   * @param most characters, 1 or more; a passage that is longer stays as it is
   */
  public static Passage of(PassageStore store, Passage passage, int most) {
    Check.positive("the most characters", most);
    List<Passage> all = store.passages(passage.document());
    int at = 0;
    while (at < all.size() && !all.get(at).id().equals(passage.id())) {
      at++;
    }
    if (at == all.size()) {
      return passage;
    }
    int first = at;
    int end = at + 1;
    boolean grown = true;
    while (grown) {
      grown = false;
      if (end < all.size() && length(all, first, end + 1) <= most) {
        end++;
        grown = true;
      }
      if (first > 0 && length(all, first - 1, end) <= most) {
        first--;
        grown = true;
      }
    }
    return new Passage(
        passage.id(),
        passage.document(),
        all.get(first).from(),
        to(all, first, end),
        passage.title(),
        text(all, first, end),
        passage.metadata());
  }

  private static int length(List<Passage> all, int first, int end) {
    return to(all, first, end) - all.get(first).from();
  }

  private static int to(List<Passage> all, int first, int end) {
    return all.subList(first, end).stream().mapToInt(Passage::to).max().orElseThrow();
  }

  private static String text(List<Passage> all, int first, int end) {
    StringBuilder text = new StringBuilder(all.get(first).text());
    int to = all.get(first).to();
    for (Passage p : all.subList(first + 1, end)) {
      if (p.from() > to) {
        text.append('\n').append(p.text());
      } else if (p.to() > to) {
        text.append(p.text().substring(to - p.from()));
      }
      to = Math.max(to, p.to());
    }
    return text.toString();
  }
}
