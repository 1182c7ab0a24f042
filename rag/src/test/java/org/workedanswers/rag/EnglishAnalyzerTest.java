package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;

class EnglishAnalyzerTest {
  @Test
  void examplesOfThePaper() {
    String[][] examples = {
      {"caresses", "caress"},
      {"ponies", "poni"},
      {"ties", "ti"},
      {"cats", "cat"},
      {"feed", "feed"},
      {"agreed", "agre"},
      {"plastered", "plaster"},
      {"bled", "bled"},
      {"motoring", "motor"},
      {"sing", "sing"},
      {"conflated", "conflat"},
      {"troubled", "troubl"},
      {"sized", "size"},
      {"hopping", "hop"},
      {"falling", "fall"},
      {"hissing", "hiss"},
      {"failing", "fail"},
      {"filing", "file"},
      {"happy", "happi"},
      {"sky", "sky"},
      {"relational", "relat"},
      {"generalizations", "gener"},
      {"oscillators", "oscil"},
      {"controll", "control"},
      {"roll", "roll"}
    };
    for (String[] e : examples) {
      assertEquals(e[1], PorterStemmer.stem(e[0]), e[0]);
    }
  }

  @Test
  void aTextIsCutCleanedAndStemmed() {
    assertEquals(
        List.of("retriev", "2", "document", "queri", "user"),
        new EnglishAnalyzer().terms("The retrieval of 2 documents: it is a query's, for USERS"));
    assertEquals(List.of(), new EnglishAnalyzer().terms("the of, and"));
  }

  /** A real vocabulary, and words of endings at random. */
  @Test
  void lucenesStemmerGivesTheSame() throws IOException {
    Set<String> words = new TreeSet<>();
    WordAnalyzer analyzer = new WordAnalyzer();
    try (BufferedReader lines = corpus()) {
      lines.lines().forEach(line -> words.addAll(analyzer.terms(line)));
    }
    assertTrue(words.size() > 30_000, words.size() + " words");
    String[] parts = {
      "a", "b", "y", "s", "e", "l", "tr", "ed", "ing", "ation", "al", "iz", "er", "ness", "ful",
      "ion", "ement", "li", "bl", "at", "ous", "ive", "iti", "eed", "sses", "ies", "logi", "ou",
      "ll", "w"
    };
    SeededRandom random = new SeededRandom(1);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder word = new StringBuilder();
      for (int p = 1 + random.below(5); p > 0; p--) {
        word.append(parts[random.below(parts.length)]);
      }
      words.add(word.toString());
    }
    List<String> all = new ArrayList<>(words);
    List<String> expected = lucene(all);
    for (int i = 0; i < all.size(); i++) {
      assertEquals(expected.get(i), PorterStemmer.stem(all.get(i)), all.get(i));
    }
  }

  @Test
  void luceneAnalysesRealTextAlike() throws IOException {
    EnglishAnalyzer ours = new EnglishAnalyzer();
    long terms = 0;
    long different = 0;
    try (org.apache.lucene.analysis.en.EnglishAnalyzer lucene =
            new org.apache.lucene.analysis.en.EnglishAnalyzer();
        BufferedReader lines = corpus()) {
      for (String json : lines.lines().limit(1000).toList()) {
        String line = json.substring(json.indexOf("\"title\""));
        List<String> expected = new ArrayList<>();
        try (var stream = lucene.tokenStream("", line)) {
          CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
          stream.reset();
          while (stream.incrementToken()) {
            expected.add(term.toString());
          }
        }
        List<String> found = new ArrayList<>(ours.terms(line));
        terms += expected.size();
        expected.forEach(found::remove);
        different += found.size();
      }
    }
    assertTrue(terms > 150_000, terms + " terms");
    assertTrue(different < terms / 10_000, different + " of " + terms + " terms");
  }

  private static BufferedReader corpus() throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            new GZIPInputStream(
                Files.newInputStream(SharedData.file("retrieval/scifact/corpus.jsonl.gz"))),
            StandardCharsets.UTF_8));
  }

  private static List<String> lucene(List<String> words) throws IOException {
    List<String> stems = new ArrayList<>();
    WhitespaceTokenizer tokenizer = new WhitespaceTokenizer(10_000);
    tokenizer.setReader(new StringReader(String.join(" ", words)));
    try (PorterStemFilter stemmer = new PorterStemFilter(tokenizer)) {
      CharTermAttribute term = stemmer.addAttribute(CharTermAttribute.class);
      stemmer.reset();
      while (stemmer.incrementToken()) {
        stems.add(term.toString());
      }
    }
    return stems;
  }
}
