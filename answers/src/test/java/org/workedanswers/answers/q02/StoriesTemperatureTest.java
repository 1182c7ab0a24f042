package org.workedanswers.answers.q02;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.TextGeneration;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Storage;
import org.workedanswers.transformer.sampling.SamplerSettings;

/**
 * What temperature does to a real model's text: stories260K builds words of pieces, so a word that
 * is in none of the texts at hand (stories, Shakespeare) may be a mistake; many are names, and one
 * in ten is unknown at any temperature.
 */
class StoriesTemperatureTest {
  private record Measured(double unknown, double repeated) {}

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
      if (word.length() > 1) {
        words.add(word);
      }
    }
    return words;
  }

  /** Of four texts of 250 tokens: shares of unknown words, and of runs of four that came before. */
  private static Measured at(DecoderFile file, Set<String> known, double temperature) {
    int unknown = 0;
    int all = 0;
    int repeated = 0;
    for (int seed = 0; seed < 4; seed++) {
      StringBuilder text = new StringBuilder();
      new TextGeneration(
              new SamplerSettings(1, temperature, 0, 1, 0),
              250,
              Storage.FLOAT,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              0)
          .write(
              file,
              "",
              Compute.plain(KernelsChoice.best(), Loop.sequential()),
              new SeededRandom(seed),
              text::append);
      List<String> words = words(text.toString());
      Set<List<String>> runs = new HashSet<>();
      for (int i = 0; i < words.size(); i++) {
        all++;
        unknown += known.contains(words.get(i)) ? 0 : 1;
        repeated += i >= 4 && !runs.add(words.subList(i - 4, i)) ? 1 : 0;
      }
    }
    return new Measured(unknown / (double) all, repeated / (double) all);
  }

  @Test
  @Tag("long")
  void repetitionGoesWithTemperatureAndUnknownWordsCome() throws IOException {
    DecoderFile file =
        DecoderFile.read(SharedData.file("gguf/stories260K-f16.gguf"), Optional.empty());
    Set<String> known = new HashSet<>();
    for (String name : List.of("tinystories_sample.txt", "tinyshakespeare.txt")) {
      known.addAll(words(Files.readString(SharedData.file("llm/" + name))));
    }
    StringBuilder table = new StringBuilder();
    List<Measured> measured = new ArrayList<>();
    for (double t : new double[] {0, 0.3, 0.7, 1, 1.5}) {
      Measured m = at(file, known, t);
      measured.add(m);
      table.append(String.format(Locale.ROOT, "%n%.1f %.4f %.4f", t, m.unknown(), m.repeated()));
    }
    assertTrue(measured.get(4).unknown() > 1.2 * measured.get(2).unknown(), "1.5, 0.7" + table);
    assertTrue(measured.get(0).repeated() > measured.get(1).repeated(), "repeated" + table);
    assertTrue(measured.get(1).repeated() > measured.get(3).repeated(), "repeated" + table);
  }
}
