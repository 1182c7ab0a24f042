package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * Which documents hold a term, and how often: for each term the numbers of its documents, rising,
 * with a frequency beside each. It also keeps what BM25 asks of a collection: every document's
 * length in terms, and their mean.
 *
 * <p>A document without terms can't be found by words and does not count: N and the mean length are
 * taken over the others, as in Lucene.
 */
public final class InvertedIndex {
  private final Map<String, Postings> postings = new HashMap<>();
  private final int[] lengths;
  private int filled;
  private long tokens;

  /** A term's documents, rising, and how often each of them holds it. */
  static final class Postings {
    private static final Postings NONE = new Postings(-1);

    private final int number;
    private int[] documents = {};
    private int[] frequencies = {};
    private int size;

    private Postings(int number) {
      this.number = number;
    }

    private void add(int document) {
      if (size > 0 && documents[size - 1] == document) {
        frequencies[size - 1]++;
        return;
      }
      if (size == documents.length) {
        resize(size < 4 ? 4 : size + size / 2);
      }
      documents[size] = document;
      frequencies[size++] = 1;
    }

    private void resize(int room) {
      documents = Arrays.copyOf(documents, room);
      frequencies = Arrays.copyOf(frequencies, room);
    }

    /**
     * The term's number, 0..vocabulary-1 in the order of their first places; -1 if none holds it.
     */
    int number() {
      return number;
    }

    /** n: how many documents hold the term. */
    int size() {
      return size;
    }

    /** All n documents, shared and not copied. */
    int[] documents() {
      return documents;
    }

    int document(int i) {
      return documents[i];
    }

    int frequency(int i) {
      return frequencies[i];
    }

    /** How often that document holds the term, 0 if it does not. */
    int frequencyIn(int document) {
      int i = Arrays.binarySearch(documents, 0, size, document);
      return i < 0 ? 0 : frequencies[i];
    }
  }

  private InvertedIndex(int documents) {
    Check.that(documents > 0, "there are no documents: an index needs at least one");
    lengths = new int[documents];
  }

  /**
   * Indexes documents that are cut into terms already; the first is number 0.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static InvertedIndex of(List<List<String>> documents) {
    InvertedIndex index = new InvertedIndex(documents.size());
    int document = 0;
    for (List<String> terms : documents) {
      index.add(document++, terms);
    }
    index.trim();
    return index;
  }

  /**
   * Indexes texts; the first is document 0.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static InvertedIndex of(Analyzer analyzer, List<String> texts) {
    List<List<String>> documents = new ArrayList<>(texts.size());
    for (String text : texts) {
      documents.add(analyzer.terms(text));
    }
    return of(documents);
  }

  private void add(int document, List<String> terms) {
    for (String term : terms) {
      postings.computeIfAbsent(term, t -> new Postings(postings.size())).add(document);
    }
    lengths[document] = terms.size();
    tokens += terms.size();
    filled += terms.isEmpty() ? 0 : 1;
  }

  private void trim() {
    for (Postings p : postings.values()) {
      p.resize(p.size);
    }
  }

  /** How many documents there are, empty ones too. */
  public int size() {
    return lengths.length;
  }

  /** N: how many documents hold any term. */
  public int filled() {
    return filled;
  }

  /** How many different terms there are. */
  public int vocabulary() {
    return postings.size();
  }

  /** n: how many documents hold the term. */
  public int documentFrequency(String term) {
    return postings(term).size();
  }

  /** dl: how many terms a document has, repeated ones counted. */
  public int length(int document) {
    return lengths[checked(document)];
  }

  /** avgdl: the mean length of the documents that hold any term; 0 if none does. */
  public double averageLength() {
    return filled == 0 ? 0 : (double) tokens / filled;
  }

  /**
   * Returns the document's number.
   *
   * @throws IllegalArgumentException if there is no such document, naming those there are
   */
  int checked(int document) {
    return Check.range("document", document, 0, size() - 1);
  }

  /** The postings of all terms, in no order. */
  Collection<Postings> all() {
    return postings.values();
  }

  /** The postings of a term; empty ones if no document holds it. */
  Postings postings(String term) {
    return postings.getOrDefault(term, Postings.NONE);
  }
}
