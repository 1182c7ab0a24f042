package org.workedanswers.rag;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;

/** Lucene's own index and scores over the same terms; its document numbers are ours. */
final class LuceneOracle implements AutoCloseable {
  private static final String FIELD = "text";

  private final Directory directory = new ByteBuffersDirectory();
  private final DirectoryReader reader;
  private final IndexSearcher searcher;

  LuceneOracle(List<List<String>> documents, double k1, double b) throws IOException {
    BM25Similarity similarity = new BM25Similarity((float) k1, (float) b);
    try (IndexWriter writer =
        new IndexWriter(
            directory, new IndexWriterConfig(new StandardAnalyzer()).setSimilarity(similarity))) {
      for (List<String> terms : documents) {
        Document document = new Document();
        document.add(new TextField(FIELD, new Terms(terms)));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    reader = DirectoryReader.open(directory);
    searcher = new IndexSearcher(reader);
    searcher.setSimilarity(similarity);
  }

  ScoreDoc[] search(List<String> query, int k) throws IOException {
    return searcher.search(of(query), k).scoreDocs;
  }

  org.apache.lucene.search.Explanation explain(List<String> query, int document)
      throws IOException {
    return searcher.explain(of(query), document);
  }

  private static Query of(List<String> terms) {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    terms.forEach(t -> query.add(new TermQuery(new Term(FIELD, t)), BooleanClause.Occur.SHOULD));
    return query.build();
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
  }

  /** Terms as they are, no analysis. */
  private static final class Terms extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final List<String> terms;
    private int next;

    Terms(List<String> terms) {
      this.terms = terms;
    }

    @Override
    public void reset() throws IOException {
      super.reset();
      next = 0;
    }

    @Override
    public boolean incrementToken() {
      clearAttributes();
      if (next == terms.size()) {
        return false;
      }
      term.setEmpty().append(terms.get(next++));
      return true;
    }
  }
}
