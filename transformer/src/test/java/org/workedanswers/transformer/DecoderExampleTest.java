package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.sampling.Sampler;
import org.workedanswers.transformer.sampling.SamplerSettings;

/** The README's example of a decoder in a project of one's own: it is this text, and it runs. */
class DecoderExampleTest {
  private static String goOn(Path path, String text, int most) {
    // README: from here
    var file = GgufModel.read(path);
    var tokens = GgufTokenizer.of(file);
    var decoder = Llama.decoder(file, Storage.STORED);
    int[] prompt = tokens.encode(text); // with the token of the beginning, if the model wants it
    var sequence = // all that the model was trained for
        decoder.start(Compute.plain(KernelsChoice.best(), Loop.sequential()), decoder.context());
    var sampler = new Sampler(SamplerSettings.GREEDY);
    var random = new SeededRandom(1);
    int[] written =
        Generation.write(
            sequence, prompt, most, sampler, random, token -> !tokens.ends().contains(token));
    var all = IntStream.concat(IntStream.of(prompt), IntStream.of(written));
    return tokens.tokenizer().decode(all.toArray());
    // README: to here
  }

  /** The text of llama2.c's page, with the spaces between what was given and what was written. */
  @Test
  void itGoesOnWithAText() throws IOException {
    String page = Files.readString(SharedData.file("llm/stories260K.md"), StandardCharsets.UTF_8);
    String story = page.substring(page.indexOf("Once upon a time"));
    for (String begin : List.of("Once upon a time", "Once upon a time, there")) {
      String text = goOn(SharedData.file("gguf/stories260K-f16.gguf"), begin, 100);
      assertTrue(text.length() > begin.length() + 150, text);
      assertTrue(story.startsWith(text.strip()), text);
    }
  }

  /** The model's sign that a story is over is the token with which one begins. */
  @Test
  void itEndsWhereTheModelDoes() {
    String text = goOn(SharedData.file("gguf/stories260K-f16.gguf"), "Once upon a time", 500);
    assertEquals(0, text.strip().lastIndexOf("Once upon a time"), text);
  }

  @Test
  void theReadmeHasThisText() throws IOException {
    Path root = Path.of(System.getProperty("user.dir")).resolveSibling("README.md");
    String name = DecoderExampleTest.class.getName().replace('.', '/') + ".java";
    List<String> source = Files.readAllLines(Path.of("src/test/java", name));
    int from = source.indexOf("    // README: from here");
    int to = source.indexOf("    // README: to here");
    assertTrue(to > from + 1);
    String shown = flat(source.subList(from + 1, to));
    String readme = flat(Files.readAllLines(root));
    assertTrue(readme.contains(shown), "the README does not have: " + shown);
    for (String imported : List.of("transformer", "transformer.sampling", "checkpoints", "core")) {
      assertTrue(readme.contains("import org.workedanswers." + imported + ".*;"), imported);
    }
  }

  private static String flat(List<String> lines) {
    return String.join("\n", lines.stream().map(String::strip).toList());
  }
}
