package org.workedanswers.tokenizers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Files {@code tokenizer.json} for the oracle. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  private static ObjectNode file(String type) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("version", "1.0");
    root.putArray("added_tokens");
    root.putNull("normalizer");
    root.putNull("pre_tokenizer");
    root.putNull("post_processor");
    root.putNull("decoder");
    root.putObject("model").put("type", type);
    return root;
  }

  public static byte[] wordPiece(List<String> pieces, boolean stripAccents, boolean lowerCase)
      throws IOException {
    ObjectNode root = file("WordPiece");
    ObjectNode normalizer = root.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true).put("handle_chinese_chars", true);
    normalizer.put("strip_accents", stripAccents).put("lowercase", lowerCase);
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode model = (ObjectNode) root.get("model");
    model.put("unk_token", "[UNK]").put("continuing_subword_prefix", "##");
    model.put("max_input_chars_per_word", 100);
    ObjectNode vocab = model.putObject("vocab");
    for (int i = 0; i < pieces.size(); i++) {
      vocab.put(pieces.get(i), i);
    }
    return MAPPER.writeValueAsBytes(root);
  }

  /** Byte-level BPE; words are the matches of a pattern. */
  public static byte[] byteLevel(
      Map<String, Integer> ids,
      List<Merge> merges,
      String pattern,
      boolean wholeWords,
      Map<String, Integer> added)
      throws IOException {
    ObjectNode root = file("BPE");
    ObjectNode pre = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode steps = pre.putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", pattern);
    split.put("behavior", "Isolated").put("invert", false);
    byteLevel(steps.addObject());
    byteLevel(root.putObject("decoder"));
    ObjectNode model = (ObjectNode) root.get("model");
    model.putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false);
    model.put("ignore_merges", wholeWords);
    ObjectNode vocab = model.putObject("vocab");
    ids.forEach(vocab::put);
    ArrayNode pairs = model.putArray("merges");
    for (Merge merge : merges) {
      pairs.add(merge.left() + " " + merge.right());
    }
    ArrayNode tokens = (ArrayNode) root.get("added_tokens");
    added.forEach(
        (content, id) -> {
          ObjectNode token = tokens.addObject().put("id", id).put("content", content);
          token.put("single_word", false).put("lstrip", false).put("rstrip", false);
          token.put("normalized", false).put("special", true);
        });
    return MAPPER.writeValueAsBytes(root);
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true);
    node.put("use_regex", false);
  }
}
