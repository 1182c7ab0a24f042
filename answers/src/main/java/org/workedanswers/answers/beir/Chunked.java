package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.FixedChunker;
import org.workedanswers.rag.chunk.Span;

/**
 * Documents cut into chunks; a document is as good as its best chunk (MaxP: Z. Dai and J. Callan,
 * <i>Deeper Text Understanding for IR with Contextual Neural Language Modeling</i>, SIGIR 2019).
 *
 * @param texts the chunks, document after document
 * @param documents which document a chunk is of
 */
record Chunked(List<String> texts, int[] documents) {
  /** Cuts documents; one without a token is one empty chunk. */
  static Chunked of(List<String> documents, ChunkSize size) {
    FixedChunker chunker = new FixedChunker(size);
    List<String> texts = new ArrayList<>();
    List<Integer> of = new ArrayList<>();
    for (int d = 0; d < documents.size(); d++) {
      List<Span> spans = chunker.chunks(documents.get(d));
      for (Span span : spans.isEmpty() ? List.of(new Span(0, 0)) : spans) {
        texts.add(documents.get(d).substring(span.from(), span.to()));
        of.add(d);
      }
    }
    return new Chunked(texts, of.stream().mapToInt(d -> d).toArray());
  }

  /** A leg over the chunks as one over the documents. */
  Legs.Leg documents(Legs.Leg chunks) {
    return (queries, k) -> {
      List<List<Hit>> found = new ArrayList<>();
      for (int i = 0; i < queries.length; i++) {
        found.add(List.of());
      }
      // As many chunks as may hold k documents; more for the queries for which they don't.
      int[] open = IntStream.range(0, queries.length).toArray();
      for (long most = 2L * k; open.length > 0; most *= 2) {
        int asked = (int) Math.min(most, texts.size());
        int[] places = IntStream.of(open).map(i -> queries[i]).toArray();
        List<List<Hit>> hits = chunks.search(places, asked);
        List<Integer> still = new ArrayList<>();
        for (int i = 0; i < open.length; i++) {
          List<Hit> best = best(hits.get(i), k);
          found.set(open[i], best);
          if (best.size() < k && hits.get(i).size() == asked && asked < texts.size()) {
            still.add(open[i]);
          }
        }
        open = still.stream().mapToInt(i -> i).toArray();
      }
      return found;
    };
  }

  /** The first k documents of a ranking of chunks. */
  private List<Hit> best(List<Hit> chunks, int k) {
    Set<Integer> seen = new HashSet<>();
    List<Hit> best = new ArrayList<>();
    for (Hit chunk : chunks) {
      int document = documents[chunk.document()];
      if (best.size() < k && seen.add(document)) {
        best.add(new Hit(document, chunk.score()));
      }
    }
    return best;
  }
}
