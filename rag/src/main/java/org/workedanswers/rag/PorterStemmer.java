package org.workedanswers.rag;

/**
 * Cuts the endings off English words, so that <i>connected</i>, <i>connection</i> and
 * <i>connects</i> meet in one term, which need not be a word.
 *
 * <pre>
 *   [C](VC)ᵐ[V]   a word as runs of consonants C and vowels V; m is its measure
 *   *v*  the stem has a vowel          *o  it ends consonant, vowel, consonant other than w, x, y
 *   *d   it ends with a double consonant
 * </pre>
 *
 * Five steps, each with at most one of its endings, the longest that is there: the ending is
 * replaced if what is ahead of it meets the condition. y is a consonant at the beginning and behind
 * a vowel.
 *
 * <p>M. Porter, <i>An algorithm for suffix stripping</i>, Program 14(3), 1980, with the two changes
 * of its author's own programs, which Lucene has as well: -bli and -logi in step 2.
 */
final class PorterStemmer {
  /** Endings of step 2 with what stands for them, where m > 0. */
  private static final String[][] STEP_2 = {
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"}, {"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"},
    {"logi", "log"}
  };

  private static final String[][] STEP_3 = {
    {"icate", "ic"},
    {"ative", ""},
    {"alize", "al"},
    {"iciti", "ic"},
    {"ical", "ic"},
    {"ful", ""},
    {"ness", ""}
  };

  /** Endings that go where m > 1; -ion behind s or t alone. */
  private static final String[] STEP_4 = {
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize"
  };

  private PorterStemmer() {}

  /** The stem of a word in lower case; words of one or two letters are left as they are. */
  static String stem(String word) {
    if (word.length() <= 2) {
      return word;
    }
    String w = step1b(step1a(word));
    if (w.endsWith("y") && hasVowel(without(w, 1))) {
      w = without(w, 1) + "i";
    }
    return step5(step4(replace(replace(w, STEP_2), STEP_3)));
  }

  private static String without(String w, int count) {
    return w.substring(0, w.length() - count);
  }

  private static String step1a(String w) {
    if (w.endsWith("sses") || w.endsWith("ies")) {
      return without(w, 2);
    }
    return w.endsWith("s") && !w.endsWith("ss") ? without(w, 1) : w;
  }

  private static String step1b(String w) {
    if (w.endsWith("eed")) {
      return measure(without(w, 3)) > 0 ? without(w, 1) : w;
    }
    int ending = w.endsWith("ed") ? 2 : w.endsWith("ing") ? 3 : 0;
    if (ending == 0 || !hasVowel(without(w, ending))) {
      return w;
    }
    String s = without(w, ending);
    if (s.endsWith("at") || s.endsWith("bl") || s.endsWith("iz")) {
      return s + "e";
    }
    if (endsDouble(s)) {
      return "lsz".indexOf(s.charAt(s.length() - 1)) < 0 ? without(s, 1) : s;
    }
    return measure(s) == 1 && endsShort(s) ? s + "e" : s;
  }

  /** The longest of the endings, replaced where m > 0. */
  private static String replace(String w, String[][] endings) {
    String[] longest = {"", ""};
    for (String[] e : endings) {
      longest = w.endsWith(e[0]) && e[0].length() > longest[0].length() ? e : longest;
    }
    String s = without(w, longest[0].length());
    return longest[0].isEmpty() || measure(s) == 0 ? w : s + longest[1];
  }

  private static String step4(String w) {
    String longest = "";
    for (String e : STEP_4) {
      boolean there =
          w.endsWith(e) && (!e.equals("ion") || w.endsWith("sion") || w.endsWith("tion"));
      longest = there && e.length() > longest.length() ? e : longest;
    }
    String s = without(w, longest.length());
    return measure(s) > 1 ? s : w;
  }

  private static String step5(String word) {
    String w = word;
    if (w.endsWith("e")) {
      String s = without(w, 1);
      int m = measure(s);
      w = m > 1 || m == 1 && !endsShort(s) ? s : w;
    }
    return w.endsWith("ll") && measure(w) > 1 ? without(w, 1) : w;
  }

  private static boolean isConsonant(String w, int i) {
    return switch (w.charAt(i)) {
      case 'a', 'e', 'i', 'o', 'u' -> false;
      case 'y' -> i == 0 || !isConsonant(w, i - 1);
      default -> true;
    };
  }

  /** m: how often a vowel is followed by a consonant. */
  private static int measure(String w) {
    int m = 0;
    boolean vowel = false;
    for (int i = 0; i < w.length(); i++) {
      boolean consonant = isConsonant(w, i);
      m += vowel && consonant ? 1 : 0;
      vowel = !consonant;
    }
    return m;
  }

  private static boolean hasVowel(String w) {
    for (int i = 0; i < w.length(); i++) {
      if (!isConsonant(w, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsDouble(String w) {
    int last = w.length() - 1;
    return last > 0 && w.charAt(last) == w.charAt(last - 1) && isConsonant(w, last);
  }

  private static boolean endsShort(String w) {
    int last = w.length() - 1;
    return last >= 2
        && isConsonant(w, last - 2)
        && !isConsonant(w, last - 1)
        && isConsonant(w, last)
        && "wxy".indexOf(w.charAt(last)) < 0;
  }
}
