package org.workedanswers.huggingface;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.tokenizers.Json;

/** What is refused, and that it is refused and does no harm. */
class TokenizerJsonRefusalTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static byte[] wordPiece() throws IOException {
    return Json.wordPiece(List.of("[UNK]", "a", "##b"), true, true);
  }

  private static byte[] llama() {
    StringBuilder vocab = new StringBuilder("'<unk>':0,'a':257,'b':258,'ab':259");
    for (int b = 0; b < 256; b++) {
      vocab.append(String.format(",'<0x%02X>':%d", b, b + 1));
    }
    return ("{'added_tokens':[{'id':0,'content':'<unk>','special':true}],'normalizer':{'type':"
            + "'Sequence','normalizers':[{'type':'Prepend','prepend':'▁'},{'type':'Replace',"
            + "'pattern':{'String':' '},'content':'▁'}]},'pre_tokenizer':null,'post_processor':"
            + "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x'}},{'Sequence':"
            + "{'id':'A'}}],'special_tokens':{'x':{'ids':[0]}}},'decoder':{'type':'Sequence',"
            + "'decoders':[{'type':'ByteFallback'}]},'model':{'type':'BPE','dropout':null,"
            + "'unk_token':'<unk>','fuse_unk':true,'byte_fallback':true,'merges':['a b'],'vocab':{"
            + vocab
            + "}}}")
        .replace('\'', '"')
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] byteLevel() throws IOException {
    Map<String, Integer> ids = new java.util.LinkedHashMap<>();
    for (int b = 0, next = 256; b < 256; b++) {
      boolean printable = b > 32 && b < 127 || b > 160 && b != 173;
      ids.put(String.valueOf((char) (printable ? b : next++)), b);
    }
    ids.put("ab", 256);
    return Json.byteLevel(
        ids,
        List.of(new org.workedanswers.tokenizers.Merge("a", "b")),
        "\\w+",
        false,
        Map.of("<e>", 257));
  }

  private static String refused(byte[] file, String path, String value) throws IOException {
    JsonNode root = MAPPER.readTree(file);
    String[] steps = path.split("/");
    JsonNode node = root;
    for (int i = 0; i + 1 < steps.length; i++) {
      node = steps[i].matches("\\d+") ? node.get(Integer.parseInt(steps[i])) : node.get(steps[i]);
    }
    JsonNode with = MAPPER.readTree(value.replace('\'', '"'));
    if (node instanceof ArrayNode list) {
      list.set(Integer.parseInt(steps[steps.length - 1]), with);
    } else {
      ((ObjectNode) node).set(steps[steps.length - 1], with);
    }
    byte[] changed = MAPPER.writeValueAsBytes(root);
    return assertThrows(IllegalArgumentException.class, () -> TokenizerJson.read(changed))
        .getMessage();
  }

  private static void refused(byte[] file, String path, String value, String part)
      throws IOException {
    String message = refused(file, path, value);
    assertTrue(message.contains(part), () -> path + " " + value + ": " + message);
  }

  private static String twice(String step) {
    return step + "," + step;
  }

  @Test
  void whatIsNotSupportedIsNamed() throws IOException {
    byte[] bert = wordPiece();
    refused(bert, "model/type", "'Unigram'", "Unigram");
    refused(bert, "model/max_input_chars_per_word", "1e9", "model.max_input_chars_per_word");
    refused(bert, "model/max_input_chars_per_word", "2000000000", "1..200");
    refused(bert, "model/unk_token", "'nonesuch'", "nonesuch");
    refused(bert, "normalizer", "{'type':'Lowercase'}", "normalizer is Lowercase");
    refused(bert, "normalizer", "null", "normalizer is not there");
    refused(bert, "pre_tokenizer", "{'type':'Whitespace'}", "pre_tokenizer is Whitespace");
    refused(bert, "decoder", "{'type':'CTC'}", "decoder is CTC");
    refused(bert, "post_processor", "{'type':'Odd'}", "post_processor is Odd");
    refused(bert, "post_processor", "{'type':'BertProcessing','cls':['a',1],'sep':['b',9]}", "9");
    refused(bert, "post_processor", "{'type':'TemplateProcessing','single':[]}", "place");
    refused(bert, "post_processor", "{'type':'BertProcessing','cls':['a',1],'sep':['b',3]}", "3");
    refused(
        bert,
        "post_processor",
        "{'type':'BertProcessing','cls':['a',1,1],'sep':['b',2]}",
        "must be a token and its number");
    for (String single : List.of("{'Sequence':{'id':'B'}}", twice("{'Sequence':{'id':'A'}}"))) {
      String post = "{'type':'TemplateProcessing','single':[" + single + "]}";
      refused(bert, "post_processor", post, "must have the text A, once");
    }
    refused(bert, "model/vocab/a", "1.5", "vocab");
    refused(bert, "added_tokens", "[{'id':1,'content':'x'}]", "same number");
    refused(bert, "added_tokens", "[{'id':4194304,'content':'x'}]", "4194304");
    refused(bert, "added_tokens", "[{'id':5}]", "added_tokens[0].content is not there");
    byte[] bytes = byteLevel();
    refused(bytes, "model/dropout", "0.1", "model.dropout is 0.1");
    refused(bytes, "model/end_of_word_suffix", "'</w>'", "end_of_word_suffix");
    refused(bytes, "model/continuing_subword_prefix", "'##'", "continuing_subword_prefix");
    refused(bytes, "model/merges", "['a']", "one space");
    refused(bytes, "model/merges", "[['a','b','c']]", "model.merges[0]");
    refused(bytes, "model/merges", "['a c']", "\"ac\"");
    refused(bytes, "normalizer", "{'type':'NFKC'}", "normalizer is NFKC");
    refused(bytes, "decoder", "{'type':'Fuse'}", "decoder is Fuse");
    refused(bytes, "pre_tokenizer/pretokenizers/0/type", "'Punctuation'", "pretokenizers[0]");
    refused(bytes, "pre_tokenizer/pretokenizers/0/behavior", "'Contiguous'", "Contiguous");
    refused(bytes, "pre_tokenizer/pretokenizers/1/add_prefix_space", "true", "add_prefix_space");
    for (String regex :
        List.of(
            "(?:){2000000000}",
            "a\\\\b{1000000000}",
            "(".repeat(4001),
            "^a",
            "a$",
            "[[:alpha:]]",
            "\\\\h",
            "(?m)a",
            "(?<x>a)",
            "\\\\p{^L}",
            "\\\\p{Nonesuch}",
            "(a",
            "\\\\p{L")) {
      refused(bytes, "pre_tokenizer/pretokenizers/0/pattern/Regex", "'" + regex + "'", "pattern");
    }
    String many = "[" + "{'type':'Digits'},".repeat(70) + "{'type':'ByteLevel'}]";
    refused(bytes, "pre_tokenizer/pretokenizers", many, "71 steps");
    byte[] llama = llama();
    refused(llama, "normalizer/normalizers/0/prepend", "'_'", "Prepend");
    refused(llama, "normalizer/normalizers/1/pattern/String", "'x'", "Replace");
    refused(llama, "normalizer/normalizers/1/type", "'NFKC'", "normalizers[1] is NFKC");
    refused(llama, "pre_tokenizer", "{'type':'Whitespace'}", "Whitespace");
    refused(llama, "model/ignore_merges", "true", "ignore_merges");
    refused(llama, "decoder", "{'type':'WordPiece'}", "WordPiece");
    refused(llama, "model/vocab/<0x41>", "300000000", "300000000");
  }

  /** Each node in turn becomes something else: an answer or a message. */
  @Test
  void wrongTypesAreRefused() throws IOException {
    for (byte[] file : List.of(wordPiece(), llama(), byteLevel())) {
      JsonNode root = MAPPER.readTree(file);
      TokenizerJson.read(file);
      List<Runnable> changes = new ArrayList<>();
      int[] wrong = {0};
      collect(root, MAPPER, changes, () -> wrong[0] += attempt(root) ? 0 : 1);
      changes.forEach(Runnable::run);
      assertTrue(wrong[0] > 60, "only " + wrong[0] + " were refused");
      assertTrue(attempt(root), "as it was");
    }
  }

  private static void collect(
      JsonNode node, ObjectMapper mapper, List<Runnable> changes, Runnable tried) {
    List<JsonNode> others =
        List.of(
            mapper.getNodeFactory().nullNode(),
            mapper.getNodeFactory().textNode("x"),
            mapper.getNodeFactory().numberNode(new java.math.BigInteger("9".repeat(40))),
            mapper.getNodeFactory().numberNode(-1.5),
            mapper.getNodeFactory().booleanNode(true),
            mapper.createArrayNode().addArray(),
            mapper.createObjectNode().put("type", "Sequence"));
    if (node instanceof ObjectNode object) {
      int seen = 0;
      for (Map.Entry<String, JsonNode> entry : List.copyOf(object.properties())) {
        if (seen++ < 12) {
          JsonNode was = entry.getValue(); // the entry changes with the object
          for (JsonNode other : others) {
            changes.add(
                () -> {
                  object.set(entry.getKey(), other);
                  tried.run();
                  object.set(entry.getKey(), was);
                });
          }
          collect(was, mapper, changes, tried);
        }
      }
    } else if (node instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        int at = i;
        JsonNode was = list.get(i);
        for (JsonNode other : others) {
          changes.add(
              () -> {
                list.set(at, other);
                tried.run();
                list.set(at, was);
              });
        }
        collect(was, mapper, changes, tried);
      }
    }
  }

  /** Whether it is read; anything but an IllegalArgumentException passes on. */
  private static boolean attempt(JsonNode root) {
    try {
      return attempt(MAPPER.writeValueAsBytes(root));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean attempt(byte[] file) {
    try {
      TokenizerJson.read(file).tokenizer().encode("ab <s> aé");
      return true;
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage() != null && e.getMessage().length() > 10, e::toString);
      return false;
    }
  }

  @Test
  void changedAndTruncatedBytesAreRefusedOrRead() throws IOException {
    Random random = new Random(5);
    for (byte[] file : List.of(wordPiece(), llama(), byteLevel())) {
      for (int i = 0; i < 1500; i++) {
        byte[] bytes = file.clone();
        if (i % 3 == 0) {
          bytes = java.util.Arrays.copyOf(file, random.nextInt(file.length));
        }
        for (int j = random.nextInt(4); j > 0 && bytes.length > 0; j--) {
          bytes[random.nextInt(bytes.length)] =
              (byte)
                  (random.nextBoolean()
                      ? random.nextInt(256)
                      : "{}[]\",:0e-\\".charAt(random.nextInt(11)));
        }
        attempt(bytes);
      }
    }
  }

  @Test
  void hugeAndDeepFilesAreRefused(@TempDir Path folder) {
    List<String> hostile =
        List.of(
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "{\"model\":" + "[".repeat(1000) + "]".repeat(1000) + "}",
            "{\"model\":{\"type\":\"BPE\",\"x\":" + "9".repeat(100_000) + "}}",
            "{\"model\":[" + "[],".repeat(3_500_000) + "[]]}",
            "{\"model\":1,\"model\":2}",
            "{} {}",
            "",
            "7",
            "nonsense");
    for (String text : hostile) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      String message =
          assertThrows(IllegalArgumentException.class, () -> TokenizerJson.read(bytes))
              .getMessage();
      assertTrue(message.length() < 1000, message);
    }
    assertParsed("has more than", " ".repeat(TokenizerJson.MAX_BYTES + 1));
    // Each by its own reason: whatever else is wrong with a tokenizer is not looked at.
    TokenizerJson.parse(
        ("{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}").getBytes(StandardCharsets.UTF_8));
    assertParsed("depth", "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}");
    assertParsed("it is no JSON", "{\"a\":1,\"a\":2}");
    assertParsed("it is no JSON", "{} {}");
    assertParsed("it is no JSON", "{\"a\":[" + "[],".repeat(3_500_000) + "[]]}");
    String message =
        assertThrows(IllegalArgumentException.class, () -> TokenizerJson.read(folder)).getMessage();
    assertTrue(message.contains(folder.toString()), message);
  }

  private static void assertParsed(String part, String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    String message =
        assertThrows(IllegalArgumentException.class, () -> TokenizerJson.parse(bytes)).getMessage();
    assertTrue(message.contains(part), message);
  }
}
