package org.workedanswers.huggingface;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;
import org.workedanswers.tokenizers.AddedToken;
import org.workedanswers.tokenizers.Tokenizer;
import org.workedanswers.tokenizers.Vocabulary;
import org.workedanswers.tokenizers.WordPiece;

/**
 * A tokenizer from Hugging Face's {@code tokenizer.json}.
 *
 * <table>
 *   <caption>What is read</caption>
 *   <tr><th>model</th><th>with</th><th>becomes</th></tr>
 *   <tr><td>WordPiece</td><td>BertNormalizer, BertPreTokenizer</td><td>{@link WordPiece}</td></tr>
 *   <tr><td>BPE</td><td>NFC or no normalizer; ByteLevel, before it Split and Digits</td>
 *       <td>{@link org.workedanswers.tokenizers.ByteLevelBpe}</td></tr>
 *   <tr><td>BPE</td><td>Prepend and Replace, or Metaspace; byte_fallback or an unknown token</td>
 *       <td>{@link org.workedanswers.tokenizers.SentencePieceBpe}</td></tr>
 * </table>
 *
 * Of the post-processor (TemplateProcessing, BertProcessing, RobertaProcessing) the tokens before
 * and after one text are read, and left to the caller. A decoder must be one that goes with the
 * model; text is then made as the tokenizer's class says. Truncation and padding are passed over.
 * All else is refused with a message that names the part.
 *
 * <p>The format is that of the library <i>tokenizers</i>, version "1.0" of the file. Files are
 * untrusted: what they can ask for is bounded by {@link #MAX_BYTES}, and whatever is wrong ends in
 * an IllegalArgumentException.
 */
public final class TokenizerJson {
  /** The largest file that is read; Gemma's, the largest that is common, has 33 MB. */
  public static final int MAX_BYTES = 1 << 26;

  /** The most texts, numbers and brackets: each takes some ten times its bytes in memory. */
  private static final int MAX_TOKENS = 6_000_000;

  private static final int MAX_DEPTH = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxTokenCount(MAX_TOKENS)
                          .build())
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Tokenizer tokenizer;
  private final int[] before;
  private final int[] after;

  private TokenizerJson(TokenizerPart root) {
    TokenizerPart model = root.get("model").object();
    List<AddedToken> added = added(root);
    tokenizer =
        switch (type(model)) {
          case "WordPiece" -> wordPiece(root, model, added);
          case "BPE" -> BpeParts.read(root, model, added);
          default -> throw model.unsupported(type(model));
        };
    List<Integer> first = new ArrayList<>();
    List<Integer> last = new ArrayList<>();
    TokenizerPart post = root.findObject("post_processor");
    if (post != null) {
      template(post, first, last);
    }
    before = known(first);
    after = known(last);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it can't be read, is too large, is no JSON, or asks for
   *     what is not supported
   */
  public static TokenizerJson read(Path file) {
    byte[] json = bytes(file);
    try {
      return read(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** A file's bytes, or the first {@link #MAX_BYTES} and one. */
  static byte[] bytes(Path file) {
    Check.that(Files.isRegularFile(file), "%s is no file that can be read", file);
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read: " + e, e);
    }
  }

  /**
   * As {@link #read(Path)}, from the file's bytes.
   *
   * @throws IllegalArgumentException as there
   */
  public static TokenizerJson read(byte[] json) {
    return new TokenizerJson(parse(json));
  }

  /** An object, of a file's bytes; too large or too deep ones are refused. */
  static TokenizerPart parse(byte[] json) {
    Check.that(json.length <= MAX_BYTES, "it has more than %d bytes: no tokenizer's", MAX_BYTES);
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("it is no JSON: " + e.getMessage(), e);
    }
    Check.that(root != null && root.isObject(), "it must be an object");
    return new TokenizerPart(root, "");
  }

  /** The tokenizer. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The tokens that the model wants before one text: [CLS], &lt;s&gt;; often none. */
  public int[] before() {
    return before.clone();
  }

  /** The tokens that the model wants after one text: [SEP]; often none. */
  public int[] after() {
    return after.clone();
  }

  private static String type(TokenizerPart model) {
    TokenizerPart type = model.find("type");
    if (type != null) {
      return type.text();
    }
    return model.find("merges") == null ? "WordPiece" : "BPE"; // files of old have no type
  }

  /** The pieces of a model. */
  static Vocabulary vocabulary(TokenizerPart model) {
    TokenizerPart vocab = model.get("vocab").object();
    Map<String, Integer> ids = new HashMap<>(2 * vocab.node().size());
    for (Map.Entry<String, JsonNode> entry : vocab.node().properties()) {
      JsonNode id = entry.getValue();
      ids.put(
          entry.getKey(),
          id.isIntegralNumber() && id.canConvertToInt()
              ? id.intValue()
              : vocab.get(entry.getKey()).integer());
    }
    return Vocabulary.of(ids);
  }

  private static List<AddedToken> added(TokenizerPart root) {
    List<AddedToken> added = new ArrayList<>();
    for (TokenizerPart token : root.list("added_tokens")) {
      token.object();
      boolean normalized = token.flag("normalized", !token.flag("special", false));
      added.add(
          new AddedToken(
              token.get("content").text(),
              token.get("id").integer(),
              token.flag("single_word", false),
              token.flag("lstrip", false),
              token.flag("rstrip", false),
              normalized));
    }
    return added;
  }

  private static WordPiece wordPiece(
      TokenizerPart root, TokenizerPart model, List<AddedToken> added) {
    TokenizerPart normalizer = root.get("normalizer");
    if (!normalizer.type().equals("BertNormalizer")) {
      throw normalizer.unsupported(normalizer.type() + " with WordPiece");
    }
    TokenizerPart pre = root.get("pre_tokenizer");
    if (!pre.type().equals("BertPreTokenizer")) {
      throw pre.unsupported(pre.type() + " with WordPiece");
    }
    TokenizerPart decoder = root.findObject("decoder");
    if (decoder != null && !decoder.type().equals("WordPiece")) {
      throw decoder.unsupported(decoder.type() + " with WordPiece");
    }
    boolean lowerCase = normalizer.flag("lowercase", true);
    TokenizerPart longest = model.find("max_input_chars_per_word");
    WordPiece.Settings settings =
        new WordPiece.Settings(
            normalizer.flag("clean_text", true),
            normalizer.flag("handle_chinese_chars", true),
            normalizer.flag("strip_accents", lowerCase),
            lowerCase,
            model.text("unk_token", "[UNK]"),
            model.text("continuing_subword_prefix", "##"),
            longest == null ? 100 : longest.integer(),
            decoder == null || decoder.flag("cleanup", true));
    return new WordPiece(vocabulary(model), settings, added);
  }

  private static void template(TokenizerPart post, List<Integer> before, List<Integer> after) {
    switch (post.type()) {
      case "ByteLevel" -> {} // moves offsets alone
      case "Sequence" -> post.list("processors").forEach(p -> template(p, before, after));
      case "BertProcessing", "RobertaProcessing" -> {
        before.add(pairedId(post.get("cls")));
        after.add(pairedId(post.get("sep")));
      }
      case "TemplateProcessing" -> {
        boolean seen = false;
        for (TokenizerPart step : post.get("single").list()) {
          TokenizerPart special = step.object().findObject("SpecialToken");
          if (special == null) {
            String which = step.get("Sequence").object().get("id").text();
            Check.that(which.equals("A") && !seen, "%s must have the text A, once", step.name());
            seen = true;
            continue;
          }
          TokenizerPart token =
              post.get("special_tokens").object().get(special.get("id").text()).object();
          for (TokenizerPart id : token.get("ids").list()) {
            (seen ? after : before).add(id.integer());
          }
        }
        Check.that(seen, "%s.single has no place for a text", post.name());
      }
      default -> throw post.unsupported(post.type());
    }
  }

  /** The number in {@code ["[CLS]", 101]}. */
  private static int pairedId(TokenizerPart pair) {
    List<TokenizerPart> both = pair.list();
    Check.that(both.size() == 2, "%s must be a token and its number", pair.name());
    return both.get(1).integer();
  }

  private int[] known(List<Integer> ids) {
    for (int id : ids) {
      Check.that(
          id >= 0 && id < tokenizer.size(),
          "post_processor names the token %d: the vocabulary goes from 0 to %d",
          id,
          tokenizer.size() - 1);
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
