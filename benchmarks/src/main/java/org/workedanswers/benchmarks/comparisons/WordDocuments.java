package org.workedanswers.benchmarks.comparisons;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.workedanswers.core.SeededRandom;

/**
 * Documents and queries of words, with Zipf's frequencies: the word of rank r comes 1 / r as often
 * as the first. A query takes 2 to 5 different words of one document.
 *
 * @param documents the words of each document
 * @param queries the words of each query
 * @param withCommonest the words of each query where the commonest may be among them
 */
public record WordDocuments(
    List<List<String>> documents, List<List<String>> queries, List<List<String>> withCommonest) {
  /** How many documents there are. */
  public static final int DOCUMENTS = 200_000;

  /** How many queries a call asks. */
  public static final int QUERIES = 500;

  /** How many documents a query asks for. */
  public static final int TOP = 10;

  private static final int VOCABULARY = 100_000;
  private static final int COMMONEST = 20;
  private static final int SHORTEST = 20;
  private static final int LONGEST = 80;
  private static final int FEWEST_TERMS = 2;
  private static final int MOST_TERMS = 5;

  /** The documents and queries of all comparisons. */
  public static WordDocuments random() {
    SeededRandom random = new SeededRandom(16);
    String[] words = new String[VOCABULARY];
    for (int rank = 0; rank < VOCABULARY; rank++) {
      words[rank] = "w" + rank;
    }
    int[][] documents = new int[DOCUMENTS][];
    for (int d = 0; d < DOCUMENTS; d++) {
      documents[d] = new int[SHORTEST + random.below(LONGEST - SHORTEST + 1)];
      for (int i = 0; i < documents[d].length; i++) {
        documents[d][i] = (int) Math.pow(VOCABULARY, random.uniform()) - 1;
      }
    }
    return new WordDocuments(
        texts(documents, words),
        texts(queries(random, documents, COMMONEST), words),
        texts(queries(random, documents, 0), words));
  }

  private static int[][] queries(SeededRandom random, int[][] documents, int commonest) {
    int[][] queries = new int[QUERIES][];
    int filled = 0;
    while (filled < QUERIES) {
      int[] document = documents[random.below(documents.length)];
      int terms = FEWEST_TERMS + random.below(MOST_TERMS - FEWEST_TERMS + 1);
      Set<Integer> query = new LinkedHashSet<>();
      for (int i = 0; i < document.length && query.size() < terms; i++) {
        int rank = document[random.below(document.length)];
        if (rank >= commonest) {
          query.add(rank);
        }
      }
      if (query.size() == terms) {
        queries[filled++] = query.stream().mapToInt(Integer::intValue).toArray();
      }
    }
    return queries;
  }

  private static List<List<String>> texts(int[][] ranks, String[] words) {
    List<List<String>> texts = new ArrayList<>();
    for (int[] text : ranks) {
      List<String> terms = new ArrayList<>(text.length);
      for (int rank : text) {
        terms.add(words[rank]);
      }
      texts.add(terms);
    }
    return texts;
  }
}
