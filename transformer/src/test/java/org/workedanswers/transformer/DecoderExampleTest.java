package org.workedanswers.transformer;

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
  private static String goOn(Path path, String text) {
    // README: from here
    var file = GgufModel.read(path);
    var tokens = GgufTokenizer.of(file);
    var decoder = Llama.decoder(file, Storage.STORED);
    var own = IntStream.of(tokens.tokenizer().encode(text));
    int[] prompt = IntStream.concat(IntStream.of(tokens.begin()), own).toArray();
    var sequence = // all that the model was trained for
        decoder.start(Compute.plain(KernelsChoice.best(), Loop.sequential()), decoder.context());
    var sampler = new Sampler(SamplerSettings.GREEDY);
    var random = new SeededRandom(1);
    int[] written =
        Generation.write(sequence, prompt, 100, sampler, random, token -> token != tokens.end());
    return tokens.tokenizer().decode(written);
    // README: to here
  }

  /** The text of llama2.c's page, from its middle on. */
  @Test
  void itGoesOnWithAText() throws IOException {
    String page = Files.readString(SharedData.file("llm/stories260K.md"), StandardCharsets.UTF_8);
    String story = page.substring(page.indexOf("Once upon a time"));
    String begin = "Once upon a time";
    String written = goOn(SharedData.file("gguf/stories260K-f16.gguf"), begin);
    assertTrue(written.length() > 150, written);
    assertTrue(story.startsWith(begin + written), written);
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
