package org.workedanswers.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.Version;
import org.workedanswers.benchmarks.LuceneTerms;
import org.workedanswers.benchmarks.comparisons.WordDocuments;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.MaxScoreBm25;

/**
 * Our BM25 and Lucene's: one segment, its default similarity, no query cache. Ours rounds lengths
 * to a byte as Lucene does, so that both give the same scores.
 */
public final class Bm25Lucene implements Comparison {
  private static final String FIELD = "text";
  private static final double GOAL = 1.8;
  private static final double COMMONEST_GOAL = 1.0;

  @Override
  public void run(Report report) throws IOException {
    WordDocuments words = WordDocuments.random();
    report.note("indexing " + WordDocuments.DOCUMENTS + " documents twice");
    MaxScoreBm25 ours =
        new MaxScoreBm25(
            new Bm25(
                InvertedIndex.of(words.documents()),
                Bm25.Settings.STANDARD.with(Bm25.Lengths.ONE_BYTE)));
    try (OneSegment index = new OneSegment(new IndexWriterConfig())) {
      for (List<String> terms : words.documents()) {
        index.add(new TextField(FIELD, new LuceneTerms(terms)));
      }
      IndexSearcher lucene = index.searcher();
      race(report, "BM25 top-10", GOAL, ours, lucene, words.queries());
      race(
          report,
          "BM25 top-10, commonest words too",
          COMMONEST_GOAL,
          ours,
          lucene,
          words.withCommonest());
    }
  }

  private static void race(
      Report report,
      String name,
      double goal,
      MaxScoreBm25 ours,
      IndexSearcher lucene,
      List<List<String>> queries)
      throws IOException {
    List<Query> parsed = new ArrayList<>();
    for (List<String> query : queries) {
      parsed.add(query(query));
      check(search(lucene, query(query)), ours.search(query, WordDocuments.TOP));
    }
    report.race(
        name,
        goal,
        Contender.of("ours", () -> queries.forEach(q -> ours.search(q, WordDocuments.TOP))),
        Contender.of("Lucene " + Version.LATEST, () -> parsed.forEach(q -> search(lucene, q))));
  }

  private static void check(ScoreDoc[] expected, List<Hit> actual) {
    for (int i = 0; i < expected.length; i++) {
      double off = Math.abs(expected[i].score - actual.get(i).score());
      if (!(off <= 1e-4)) {
        throw new IllegalStateException("BM25's rank " + (i + 1) + " is off by " + off);
      }
    }
  }

  private static Query query(List<String> terms) {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    terms.forEach(t -> query.add(new TermQuery(new Term(FIELD, t)), BooleanClause.Occur.SHOULD));
    return query.build();
  }

  private static ScoreDoc[] search(IndexSearcher lucene, Query query) {
    try {
      return lucene.search(query, WordDocuments.TOP).scoreDocs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
