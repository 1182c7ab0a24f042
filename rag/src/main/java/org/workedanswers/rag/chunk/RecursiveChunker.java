package org.workedanswers.rag.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chunks that keep together what the text's layout keeps together: a text that is too long is cut
 * at its empty lines, a paragraph that is still too long at its lines, a line at its sentences, a
 * sentence after so many tokens. Neighbours of one level go into one chunk as long as they fit.
 */
public final class RecursiveChunker implements Chunker {
  private static final Pattern EMPTY_LINE = Pattern.compile("\\R(?:[ \\t]*\\R)+");
  private static final Pattern LINE_END = Pattern.compile("\\R");

  /** The seams, the largest first. */
  private enum Seam {
    PARAGRAPH {
      @Override
      List<Span> cut(String text, Span span) {
        return at(EMPTY_LINE, text, span);
      }
    },
    LINE {
      @Override
      List<Span> cut(String text, Span span) {
        return at(LINE_END, text, span);
      }
    },
    SENTENCE {
      @Override
      List<Span> cut(String text, Span span) {
        return Sentences.of(span.of(text)).stream()
            .map(s -> new Span(span.from() + s.from(), span.from() + s.to()))
            .toList();
      }
    };

    abstract List<Span> cut(String text, Span span);

    private static List<Span> at(Pattern seam, String text, Span span) {
      List<Span> pieces = new ArrayList<>();
      Matcher m = seam.matcher(text).region(span.from(), span.to());
      int from = span.from();
      while (m.find()) {
        pieces.add(new Span(from, m.start()).trimmed(text));
        from = m.end();
      }
      pieces.add(new Span(from, span.to()).trimmed(text));
      pieces.removeIf(piece -> piece.length() == 0);
      return pieces;
    }
  }

  private final ChunkSize size;

  /** Chunks of that size. */
  public RecursiveChunker(ChunkSize size) {
    this.size = size;
  }

  @Override
  public List<Span> chunks(String text) {
    TokenIndex index = new TokenIndex(size.tokens(), text);
    List<Span> chunks = new ArrayList<>();
    if (index.size() > 0) {
      cut(text, index, new Span(0, text.length()).trimmed(text), 0, chunks);
    }
    return chunks;
  }

  private void cut(String text, TokenIndex index, Span span, int level, List<Span> chunks) {
    if (index.count(span) <= size.most()) {
      chunks.add(span);
      return;
    }
    if (level == Seam.values().length) {
      chunks.addAll(
          index.windows(index.at(span.from()), index.at(span.to()), size.most(), size.overlap()));
      return;
    }
    List<Span> together = new ArrayList<>();
    for (Span piece : Seam.values()[level].cut(text, span)) {
      if (index.count(piece) <= size.most()) {
        together.add(piece);
      } else {
        chunks.addAll(Packing.pack(index, together, size.most(), size.overlap()));
        together.clear();
        cut(text, index, piece, level + 1, chunks);
      }
    }
    chunks.addAll(Packing.pack(index, together, size.most(), size.overlap()));
  }
}
