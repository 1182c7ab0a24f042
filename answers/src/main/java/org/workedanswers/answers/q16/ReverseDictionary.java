package org.workedanswers.answers.q16;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.workedanswers.answers.wordnet.WordMask;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Check;
import org.workedanswers.core.SeededRandom;

/**
 * A collection with known answers, none of them made up: WordNet's definitions are the documents,
 * its usage examples with their word masked are the queries, and the answer to a query is the
 * definition that the example belongs to.
 *
 * <p>Definitions that read the same can't be told apart, so each of them is an answer.
 *
 * @param meanings the documents, by number
 * @param queries in the order of their answers
 */
record ReverseDictionary(List<WordNet.Synset> meanings, List<Query> queries) {
  /**
   * A query with its answers.
   *
   * @param text the example with its word masked
   * @param example as WordNet has it
   * @param words what is masked: the answer's words
   * @param grades 1 for each document that answers it
   */
  record Query(String text, String example, List<String> words, Map<Integer, Integer> grades) {
    /** The answer with the lowest number. */
    int answer() {
      return grades.keySet().iterator().next();
    }
  }

  /** Turns an example into a query; a test hands in one that leaks. */
  interface Mask {
    Optional<String> mask(String example, List<String> words);
  }

  /**
   * A random part of WordNet.
   *
   * @throws IllegalArgumentException if {@code documents} is not in 1 to all there are
   */
  static ReverseDictionary sample(int documents, SeededRandom random, Mask mask) {
    List<WordNet.Synset> all = WordNet.wordNet().synsets();
    Check.range("documents", documents, 1, all.size());
    int[] order = random.permutation(all.size());
    List<WordNet.Synset> drawn = new ArrayList<>(documents);
    for (int i = 0; i < documents; i++) {
      drawn.add(all.get(order[i]));
    }
    return of(drawn, mask);
  }

  /** The same with the mask that keeps its word. */
  static ReverseDictionary sample(int documents, SeededRandom random) {
    return sample(documents, random, new WordMask(WordNet.wordNet())::mask);
  }

  private static ReverseDictionary of(List<WordNet.Synset> meanings, Mask mask) {
    Map<String, List<Integer>> alike = new LinkedHashMap<>();
    for (int d = 0; d < meanings.size(); d++) {
      alike.computeIfAbsent(meanings.get(d).definition(), t -> new ArrayList<>()).add(d);
    }
    Map<String, Query> queries = new LinkedHashMap<>();
    for (WordNet.Synset meaning : meanings) {
      for (String example : meaning.examples()) {
        Optional<String> text = mask.mask(example, meaning.words());
        if (text.isPresent()) {
          Query query =
              queries.computeIfAbsent(
                  text.get(), t -> new Query(t, example, meaning.words(), new TreeMap<>()));
          alike.get(meaning.definition()).forEach(d -> query.grades().put(d, 1));
        }
      }
    }
    return new ReverseDictionary(List.copyOf(meanings), List.copyOf(queries.values()));
  }

  /** What is searched: the documents' texts. */
  List<String> definitions() {
    return meanings.stream().map(WordNet.Synset::definition).toList();
  }

  /** What is asked. */
  List<String> questions() {
    return queries.stream().map(Query::text).toList();
  }

  /** How many queries still hold a word that they ask for; 0 unless the mask is broken. */
  int leaks() {
    return (int) queries.stream().filter(q -> WordMask.leaks(q.text(), q.words())).count();
  }
}
