package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.answers.models.DecoderFile;
import org.workedanswers.answers.models.TextTokens;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.huggingface.StoriesFolder;

class GenerateTest {
  private static final String F16 = "gguf/stories260K-f16.gguf";

  @TempDir Path folder;

  private static Run generate(String... more) {
    List<String> all = new ArrayList<>(List.of("generate", "--kernels", "blocked"));
    all.addAll(List.of("--threads", "1"));
    all.addAll(List.of(more));
    return Run.study(all.toArray(String[]::new));
  }

  private static Run stories(String... more) {
    List<String> all = new ArrayList<>(List.of("--model", SharedData.file(F16).toString()));
    all.addAll(List.of(more));
    return generate(all.toArray(String[]::new));
  }

  private static String written(Run run) {
    assertEquals(0, run.status(), run.err());
    return run.out();
  }

  /** The text that llama2.c's authors show, 256 tokens. */
  static String expected() throws IOException {
    String page = Files.readString(SharedData.file("llm/stories260K.md"), StandardCharsets.UTF_8);
    int from = page.indexOf("Once upon a time");
    return page.substring(from, page.indexOf("\n```", from));
  }

  @ParameterizedTest
  @ValueSource(strings = {"float", "stored"})
  void theGreedyTextIsThatOfLlama2c(String storage) throws IOException {
    Run run = stories("--storage", storage);
    assertEquals(expected(), written(run).strip());
    assertTrue(run.err().startsWith("1 token read, "), run.err());
    assertTrue(
        run.err().matches("(?s).*; 256 written, [\\d,.]+ a second after the first; weights .*"),
        run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void itGoesOnWithATextAndShowsItToo() throws IOException {
    String whole = expected();
    String begin = whole.substring(0, 60);
    assertTrue(written(stories("--tokens", "20", begin)).startsWith(begin));
    // Words of their own are one text.
    assertEquals(
        written(stories("--tokens", "20", "Once upon a")),
        written(stories("--tokens", "20", "Once", "upon", "a")));
    assertEquals(whole.substring(0, 16), written(stories("--tokens", "1", "Once upon a")).strip());
  }

  /** Given by their own tokenizer file, the tokens are the same. */
  @Test
  void aTokenizerOfItsOwn() throws IOException {
    String file = SharedData.file("llm/tok512.bin").toString();
    assertEquals(expected(), written(stories("--tokenizer", file)).strip());
  }

  @Test
  void aModelOfLlama2cs() throws IOException {
    String model = SharedData.file("llm/stories260K.bin").toString();
    String tokens = SharedData.file("llm/tok512.bin").toString();
    assertEquals(expected(), written(generate("--model", model, "--tokenizer", tokens)).strip());
    assertRefused(generate("--model", model), "no tokenizer");
    byte[] whole = Files.readAllBytes(Path.of(model));
    Path cut = Files.write(folder.resolve("cut.bin"), Arrays.copyOf(whole, 5000));
    assertRefused(generate("--model", cut.toString(), "--tokenizer", tokens), "cut");
  }

  @Test
  void aFolderOfHuggingFaces() throws IOException {
    StoriesFolder.write(folder, true);
    String tokens = SharedData.file("llm/tok512.bin").toString();
    Run run = generate("--model", folder.toString(), "--tokenizer", tokens);
    assertEquals(expected(), written(run).strip());
    assertRefused(generate("--model", folder.toString()), "no tokenizer");
    Files.writeString(folder.resolve("tokenizer.json"), "[]");
    assertRefused(generate("--model", folder.toString()), "no tokenizer");
  }

  /** The file with two more entries, of 64 bytes, so that what follows stays aligned. */
  @Test
  void theFileSaysWhetherATextHasABeginning() throws IOException {
    byte[] old = Files.readAllBytes(SharedData.file(F16));
    ByteBuffer bytes = ByteBuffer.allocate(old.length + 64).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(old, 0, 24);
    bytes.putLong(16, bytes.getLong(16) + 2);
    bytes.putLong(28).put("tokenizer.ggml.add_bos_token".getBytes(StandardCharsets.UTF_8));
    bytes.putInt(7).put((byte) 0); // false
    bytes.putLong(10).put("something.".getBytes(StandardCharsets.UTF_8));
    bytes.putInt(7).put((byte) 1);
    bytes.put(old, 24, old.length - 24);
    String without = Files.write(folder.resolve("x.gguf"), bytes.array()).toString();
    Run run = generate("--model", without, "--tokens", "0", "Once upon");
    assertEquals(read(stories("--tokens", "0", "Once upon")) - 1, read(run));
    assertRefused(generate("--model", without), "no token of the beginning");
  }

  /** The file with another token as its end: the one that is written eleventh, say. */
  @Test
  void whetherTheModelEndedTheTextIsSaid() throws IOException {
    TextTokens tokens = DecoderFile.read(SharedData.file(F16), Optional.empty()).tokens();
    int[] text = tokens.encode(expected().substring(0, 80));
    int end = text[11]; // behind the token of the beginning
    int before = (int) Arrays.stream(text).limit(11).filter(t -> t == end).count();
    assertEquals(0, before, "a token that is not there before");
    byte[] bytes = Files.readAllBytes(SharedData.file(F16));
    String key = "tokenizer.ggml.eos_token_id";
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(key) + key.length() + 4;
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, end);
    String file = Files.write(folder.resolve("ends.gguf"), bytes).toString();
    Run ended = generate("--model", file);
    assertEquals(
        tokens.tokenizer().decode(Arrays.copyOfRange(text, 1, 11)), written(ended).strip());
    assertTrue(
        ended.err().startsWith("The model ended the text: the last of the 11 tokens written is"),
        ended.err());
    assertTrue(ended.err().contains("; 11 written, "), ended.err());
    Run enough = generate("--model", file, "--tokens", "10");
    assertEquals(written(ended), written(enough));
    assertFalse(enough.err().contains("ended"), enough.err());
    assertTrue(generate("--model", file, "--tokens", "11").err().contains("The model ended"));
  }

  private static int read(Run run) {
    assertEquals(0, run.status(), run.err());
    return Integer.parseInt(run.err().substring(0, run.err().indexOf(' ')));
  }

  @Test
  void theSeedAloneDecidesWhatIsDrawn() {
    String[] drawn = {"--temperature", "1", "--tokens", "24", "--seed", "7"};
    String one = written(stories(drawn));
    assertEquals(one, written(stories(drawn)));
    drawn[5] = "8";
    assertNotEquals(one, written(stories(drawn)));
    String greedy = written(stories("--tokens", "24"));
    assertNotEquals(greedy, one);
    // Of one token that is left, the likeliest is drawn whatever the seed is.
    for (String[] one1 : new String[][] {{"--top-k", "1"}, {"--top-p", "1e-9"}, {"--min-p", "1"}}) {
      assertEquals(
          greedy, written(stories("--temperature", "1", "--tokens", "24", one1[0], one1[1])));
    }
    assertNotEquals(greedy, written(stories("--tokens", "24", "--repetition-penalty", "2")));
  }

  @Test
  void noTokensAndNoText() {
    Run none = stories("--tokens", "0", "Once upon");
    assertEquals("Once upon\n", written(none).replace("\r", ""));
    assertTrue(none.err().contains("; 0 written; weights "), none.err());
    assertEquals(written(stories("--tokens", "9")), written(stories("--tokens", "9", "")));
    assertEquals("\n", written(stories("--tokens", "0")).replace("\r", ""));
  }

  @Test
  void theModelsContextIsTheEnd() {
    String text = "The little dog ran. ".repeat(200);
    Run refused = stories(text);
    assertEquals(2, refused.status());
    assertTrue(
        refused.err().matches("study: the text has \\d+ tokens and .*512.*\\R"), refused.err());
    assertEquals("", refused.out());
    int sentences = 90;
    Run fits = refused;
    while (fits.status() != 0) {
      fits = stories("--tokens", "0", "The little dog ran. ".repeat(--sentences));
    }
    int left = 512 - read(fits) + 1; // the last token that is written is not read
    Run ended = stories("--tokens", "99", "The little dog ran. ".repeat(sentences));
    assertEquals(0, ended.status());
    assertTrue(ended.err().contains("The text ends where the model's context does, at 512"));
    assertTrue(ended.err().contains("; " + left + " written, "), left + ended.err());
  }

  /** 512 tokens by the model, 1,024 with positions scaled. */
  @ParameterizedTest
  @ValueSource(strings = {"linear:2", "ntk:2", "dynamic:2", "yarn:2", "longrope:2"})
  void scaledPositionsReachFurther(String scale) {
    String text = "The little dog ran. ".repeat(90);
    assertEquals(2, stories("--tokens", "1", text).status());
    Run run = stories("--scale", scale, "--tokens", "1", text);
    assertEquals(0, run.status(), run.err());
    assertEquals(2, stories("--scale", scale, "--tokens", "1", text + text).status());
    boolean same =
        written(stories("--tokens", "60"))
            .equals(written(stories("--scale", scale, "--tokens", "60")));
    assertEquals(
        scale.matches("dynamic.*|longrope.*"), same); // short texts are as the model was trained
  }

  @Test
  void aTextOfAnyLengthInTheSameMemory() {
    String[] sinks = {"--window", "60", "--sinks", "4", "--tokens", "700"};
    Run run = stories(sinks);
    assertEquals(0, run.status(), run.err());
    assertTrue(run.err().contains("700 written"), run.err());
    String begun = written(stories("--tokens", "60"));
    assertTrue(run.out().startsWith(begun.strip()), "while nothing is forgotten");
    assertEquals(0, stories("--window", "64", "--tokens", "3").status());
    String text = "The little dog ran. ".repeat(90);
    assertEquals(2, stories("--tokens", "1", text).status());
    assertEquals(0, stories("--tokens", "1", "--window", "508", "--sinks", "4", text).status());
  }

  @Test
  void whatTheSamplersStepsLeft() {
    Run run =
        stories("--explain", "--temperature", "0.8", "--top-k", "40", "--top-p", "0.9", "Once");
    String page = written(run);
    assertTrue(page.contains("Token 1, drawn: \" upon\""), page);
    assertTrue(page.contains("Token 5, drawn: ") && !page.contains("Token 6"), page);
    for (String step : List.of("logits", "temperature 0.8", "top-k 40", "top-p 0.9")) {
      assertTrue(page.contains("\n" + step) || page.contains("  " + step), step + "\n" + page);
    }
    assertTrue(page.matches("(?s).*logits +512 +1\\.0000 +\" upon\" 0\\.9.*"), page);
    // It draws the same.
    String text =
        written(stories("--temperature", "0.8", "--top-k", "40", "--top-p", "0.9", "Once"));
    assertTrue(page.startsWith(text.strip()), page);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--tokens -1",
        "--tokens 99999999",
        "--tokens x",
        "--temperature -1",
        "--temperature NaN",
        "--top-k 5",
        "--top-p 0.5",
        "--temperature 1 --top-p 1.5",
        "--temperature 1 --top-k -1",
        "--temperature 1 --min-p 2",
        "--repetition-penalty 0",
        "--storage half",
        "--scale linear",
        "--scale linear:x",
        "--scale linear:0.5",
        "--scale linear:NaN",
        "--scale cubic:2",
        "--sinks 4",
        "--window 0",
        "--window 600",
        "--window 510 --sinks 4",
        "--window 9 --sinks -1",
        "--window 9 --scale dynamic:2",
        "--tokenizer nowhere.json",
        "--tokenizer nowhere.bin",
        "--bogus"
      })
  void wrongOptionsAreOneSentence(String options) {
    assertRefused(stories(options.split(" ")), options);
  }

  private static void assertRefused(Run run, String what) {
    assertEquals(2, run.status(), what + ": " + run.err());
    assertEquals("", run.out(), what);
    assertTrue(run.err().startsWith("study: "), run.err());
    assertFalse(run.err().contains("Exception") || run.err().contains("\tat "), run.err());
    assertTrue(run.err().lines().count() <= 2, run.err());
  }

  @Test
  void noModel() throws IOException {
    assertRefused(generate("Once"), "none named");
    assertRefused(generate("--model", folder.resolve("none.gguf").toString()), "not there");
    Path text = Files.writeString(folder.resolve("notes.gguf"), "Once upon a time");
    assertRefused(generate("--model", text.toString()), "text");
    Path tokens = Files.writeString(folder.resolve("tokens.json"), "{}");
    assertRefused(stories("--tokenizer", tokens.toString()), "no tokenizer");
    assertRefused(stories("--tokenizer", text.toString()), "no tokenizer");
  }

  /** Whatever stands in a file, it is read or refused, and the text is text. */
  @Test
  void damagedFilesAreRefusedOrRead() throws IOException {
    byte[] whole = Files.readAllBytes(SharedData.file(F16));
    Path file = folder.resolve("damaged.gguf");
    Random random = new Random(5);
    int head = whole.length - 2 * 260_000;
    int refused = 0;
    for (int i = 0; i < 30; i++) {
      byte[] bytes = whole.clone();
      if (i % 6 == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      } else {
        for (int n = 0; n < 1 + i % 4; n++) {
          bytes[random.nextInt(i % 2 == 0 ? head : 1200)] = (byte) random.nextInt();
        }
      }
      Files.write(file, bytes);
      Run run = generate("--model", file.toString(), "--tokens", "2", "Once");
      if (run.status() != 0) {
        assertRefused(run, "damage " + i);
        refused++;
      }
    }
    assertTrue(refused > 8, String.format(Locale.ROOT, "%d refused", refused));
  }

  private static final String Q = "base_model.model.model.layers.1.self_attn.q_proj.lora_";

  /** Of rank 2, for one layer's queries. */
  private void writeAdapter(double size) throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), "{\"r\": 2, \"lora_alpha\": 3}");
    SeededRandom random = new SeededRandom(1);
    Map<String, Matrix> ab =
        Map.of(
            Q + "A.weight", random.gaussian(2, 64, 1),
            Q + "B.weight", random.gaussian(64, 2, size));
    Files.write(folder.resolve("adapter_model.safetensors"), StoriesFolder.safetensors(ab));
  }

  @Test
  void anAdapterStandsBesideTheWeightsOrIsMerged() throws IOException {
    String[] beside = {"--tokens", "60", "--lora", folder.toString()};
    String[] merged = {"--tokens", "60", "--lora", folder.toString(), "--merge"};
    writeAdapter(0);
    assertTrue(expected().startsWith(written(stories(beside)).strip()));
    writeAdapter(0.5);
    String other = written(stories(beside));
    assertFalse(expected().startsWith(other.strip()), other);
    assertEquals(other, written(stories(merged)));
  }

  /** An adapter has the rows of Hugging Face's order, whatever the order of the model's file is. */
  @Test
  void anAdapterServesEveryKindOfModel() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    StoriesFolder.write(model, true);
    writeAdapter(0.5);
    String lora = folder.toString();
    String tokens = SharedData.file("llm/tok512.bin").toString();
    String llama2c = SharedData.file("llm/stories260K.bin").toString();
    String expected = written(stories("--tokens", "60", "--lora", lora));
    for (String file : List.of(llama2c, model.toString())) {
      String[] beside = {"--model", file, "--tokenizer", tokens, "--tokens", "60", "--lora", lora};
      assertEquals(expected, written(generate(beside)), file);
      String[] merged = Arrays.copyOf(beside, beside.length + 1);
      merged[beside.length] = "--merge";
      assertEquals(expected, written(generate(merged)), file);
    }
    for (String storage : List.of("stored", "fast")) {
      assertEquals(
          expected, written(stories("--tokens", "60", "--lora", lora, "--storage", storage)));
    }
  }

  @Test
  void adaptersThatDoNotFitAreToldInOneSentence() throws IOException {
    assertRefused("--merge needs an adapter: --lora names its folder", stories("--merge"));
    String lora = folder.toString();
    assertRefused("adapter_config.json is no file that can be read", stories("--lora", lora));
    writeAdapter(1);
    String[] both = {"--lora", lora, "--merge"};
    Files.writeString(folder.resolve("adapter_config.json"), "{\"r\": 4, \"lora_alpha\": 3}");
    assertRefused("r is 4: they must be r x in and out x r", stories("--lora", lora));
    Files.writeString(
        folder.resolve("adapter_config.json"), "{\"r\": 2, \"lora_alpha\": 3, \"use_dora\": true}");
    assertRefused("use_dora is true", stories(both));
    writeAdapter(1e38);
    assertRefused("blk.1.attn_q.weight' has a value that is", stories(both));
    writeAdapter(1e37); // finite, until it is multiplied
    for (String storage : List.of("float", "stored", "fast")) {
      Run run = stories("--lora", lora, "--storage", storage);
      assertEquals(2, run.status(), run.err());
      assertTrue(
          run.err().contains(lora + " has values that are too large for this model"), run.err());
      assertTrue(run.err().contains("'blk.1.attn_q.weight', with s = 1.50, A up to "), run.err());
      assertTrue(run.err().contains("e+37"), run.err());
      assertEquals(1, run.err().strip().lines().count(), run.err());
    }
    writeAdapter(1e8); // finite in float32, too large for the scales of Q8_0
    String q8 = SharedData.file("gguf/stories260K-q8_0.gguf").toString();
    assertRefused(
        "below 65520", generate("--model", q8, "--lora", lora, "--merge", "--storage", "stored"));
    Files.write(folder.resolve("adapter_model.safetensors"), new byte[5]);
    assertRefused("adapter_model.safetensors", stories(both));
    Files.delete(folder.resolve("adapter_model.safetensors"));
    assertRefused("has neither adapter_model.safetensors", stories(both));
  }

  @Test
  void itsHelpNamesAdapters() {
    String help = written(generate("--help"));
    assertTrue(help.contains("--lora=FOLDER") && help.contains("--merge"), help);
  }

  private static void assertRefused(String part, Run run) {
    assertEquals(2, run.status(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertEquals(1, run.err().strip().lines().count(), run.err());
  }
}
