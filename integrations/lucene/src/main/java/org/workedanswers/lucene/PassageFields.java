package org.workedanswers.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.workedanswers.core.Check;
import org.workedanswers.rag.Analyzer;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;

/** How passages stand in Lucene's documents, and filters in its queries. */
final class PassageFields {
  static final String PASSAGE = "passage";
  static final String DOCUMENT = "document";
  static final String FINGERPRINT = "fingerprint";
  static final String HEAD = "head"; // in one Lucene document for each of ours
  static final String WORDS = "words";
  static final String VECTOR = "vector";

  private static final String PLACE = "place";
  private static final String TITLE = "title";
  private static final String TEXT = "text";
  private static final String KEYS = "keys";
  private static final String VALUES = "values";
  private static final String METADATA = "metadata";
  private static final String EMBEDDING = "embedding"; // as it was given, not of length 1

  /** Lucene's limit of a term. */
  private static final int MAX_TERM_BYTES = 32766;

  private PassageFields() {}

  /** A Lucene document for the entry, and one for each of its passages. */
  static List<Document> of(Entry entry, Analyzer analyzer) {
    List<Document> documents = new ArrayList<>();
    Document head = new Document();
    String id = term("a document's id", entry.document());
    head.add(new StringField(DOCUMENT, id, Field.Store.YES));
    head.add(new StoredField(FINGERPRINT, entry.fingerprint()));
    head.add(new NumericDocValuesField(HEAD, 1));
    documents.add(head);
    for (int i = 0; i < entry.passages().size(); i++) {
      Passage passage = entry.passages().get(i);
      List<String> terms = analyzer.terms(passage.searched());
      terms.forEach(term -> term("a word of passage " + passage.id(), term));
      documents.add(of(passage, terms, entry.embeddings().row(i)));
    }
    return documents;
  }

  private static Document of(Passage passage, List<String> terms, float[] embedding) {
    Document d = new Document();
    String id = term("a passage's id", passage.id());
    d.add(new StringField(PASSAGE, id, Field.Store.YES));
    d.add(new SortedDocValuesField(PASSAGE, new BytesRef(id)));
    d.add(new StringField(DOCUMENT, passage.document(), Field.Store.YES));
    d.add(new StoredField(PLACE, passage.from()));
    d.add(new StoredField(PLACE, passage.to()));
    d.add(new StoredField(TITLE, passage.title()));
    d.add(new StoredField(TEXT, passage.text()));
    for (Map.Entry<String, String> e : passage.metadata().entrySet()) {
      d.add(new StoredField(KEYS, e.getKey()));
      d.add(new StoredField(VALUES, e.getValue()));
      String pair = term("metadata " + e.getKey(), pair(e.getKey(), e.getValue()));
      d.add(new StringField(METADATA, pair, Field.Store.NO));
    }
    d.add(new TextField(WORDS, new Terms(terms)));
    d.add(new StoredField(EMBEDDING, bytes(embedding)));
    d.add(
        new KnnFloatVectorField(
            VECTOR, direction(embedding), VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
    return d;
  }

  private static String term(String what, String value) {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    Check.that(
        bytes <= MAX_TERM_BYTES,
        "%s takes %d bytes and Lucene has room for %d",
        what,
        bytes,
        MAX_TERM_BYTES);
    return value;
  }

  /** A key's length ahead of it tells where the value begins. */
  private static String pair(String key, String value) {
    return key.length() + ":" + key + value;
  }

  /** The vector at length 1, whose products are cosines; as it is if it has no length. */
  static float[] direction(float[] x) {
    double norm = 0;
    for (float v : x) {
      norm += (double) v * v;
    }
    float[] y = new float[x.length];
    for (int i = 0; i < x.length && norm > 0; i++) {
      y[i] = (float) (x[i] / Math.sqrt(norm));
    }
    return y;
  }

  private static byte[] bytes(float[] x) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * x.length);
    bytes.asFloatBuffer().put(x);
    return bytes.array();
  }

  static Passage passage(Document d) {
    IndexableField[] place = d.getFields(PLACE);
    String[] keys = d.getValues(KEYS);
    String[] values = d.getValues(VALUES);
    Map<String, String> metadata = new HashMap<>();
    for (int i = 0; i < keys.length; i++) {
      metadata.put(keys[i], values[i]);
    }
    return new Passage(
        d.get(PASSAGE),
        d.get(DOCUMENT),
        place[0].numericValue().intValue(),
        place[1].numericValue().intValue(),
        d.get(TITLE),
        d.get(TEXT),
        metadata);
  }

  static float[] embedding(Document d) {
    BytesRef bytes = d.getBinaryValue(EMBEDDING);
    float[] x = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length).asFloatBuffer().get(x);
    return x;
  }

  /** The passages that a filter lets through. */
  static Query query(MetadataFilter filter) {
    if (filter instanceof MetadataFilter.In in) {
      List<BytesRef> pairs =
          in.values().stream().map(value -> new BytesRef(pair(in.key(), value))).toList();
      return new TermInSetQuery(METADATA, pairs);
    }
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    if (filter instanceof MetadataFilter.And and) {
      query.add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER);
      and.filters().forEach(f -> query.add(query(f), BooleanClause.Occur.FILTER));
    } else if (filter instanceof MetadataFilter.Or or) {
      query.add(new MatchNoDocsQuery(), BooleanClause.Occur.SHOULD);
      or.filters().forEach(f -> query.add(query(f), BooleanClause.Occur.SHOULD));
    } else if (filter instanceof MetadataFilter.Not not) {
      query.add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER);
      query.add(query(not.filter()), BooleanClause.Occur.MUST_NOT);
    }
    return query.build();
  }

  /** Terms that an analyzer of rag has cut already. */
  private static final class Terms extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final List<String> terms;
    private int next;

    Terms(List<String> terms) {
      this.terms = terms;
    }

    @Override
    public void reset() {
      try {
        super.reset();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      next = 0;
    }

    @Override
    public boolean incrementToken() {
      if (next == terms.size()) {
        return false;
      }
      clearAttributes();
      term.append(terms.get(next++));
      return true;
    }
  }
}
