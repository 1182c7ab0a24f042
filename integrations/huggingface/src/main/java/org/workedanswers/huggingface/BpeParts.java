package org.workedanswers.huggingface;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;
import org.workedanswers.tokenizers.AddedToken;
import org.workedanswers.tokenizers.ByteLevelBpe;
import org.workedanswers.tokenizers.Merge;
import org.workedanswers.tokenizers.PreTokenizer;
import org.workedanswers.tokenizers.SentencePieceBpe;
import org.workedanswers.tokenizers.Tokenizer;
import org.workedanswers.tokenizers.Vocabulary;

/**
 * A BPE model of {@code tokenizer.json}: over bytes where a ByteLevel cuts words, else over
 * characters.
 */
final class BpeParts {
  private static final Set<String> CHARACTER_DECODERS =
      Set.of("Replace", "ByteFallback", "Fuse", "Strip", "Metaspace");

  /** The most steps of a sequence; those in use have some ten. */
  private static final int MAX_STEPS = 64;

  private BpeParts() {}

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if a part is not supported
   */
  static Tokenizer read(TokenizerPart root, TokenizerPart model, List<AddedToken> added) {
    for (String key : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!model.text(key, "").isEmpty()) {
        throw model.get(key).unsupported(model.get(key).kind());
      }
    }
    TokenizerPart dropout = model.find("dropout");
    if (dropout != null && !(dropout.node().isNumber() && dropout.node().doubleValue() == 0)) {
      throw dropout.unsupported(dropout.kind());
    }
    List<TokenizerPart> pre = steps(root.findObject("pre_tokenizer"), "pretokenizers");
    boolean bytes = pre.stream().anyMatch(step -> step.type().equals("ByteLevel"));
    return bytes ? byteLevel(root, model, pre, added) : characters(root, model, pre, added);
  }

  /** The steps of a sequence, or the one that it is; none if it is not there. */
  private static List<TokenizerPart> steps(TokenizerPart part, String list) {
    if (part == null) {
      return List.of();
    }
    if (!part.type().equals("Sequence")) {
      return List.of(part);
    }
    List<TokenizerPart> steps = new ArrayList<>();
    part.get(list).list().forEach(step -> steps.addAll(steps(step, list)));
    Check.that(
        steps.size() <= MAX_STEPS,
        "%s has %d steps: at most %d are read",
        part.name(),
        steps.size(),
        MAX_STEPS);
    return steps;
  }

  private static List<Merge> merges(TokenizerPart model) {
    List<Merge> merges = new ArrayList<>();
    for (TokenizerPart merge : model.get("merges").list()) {
      if (merge.node().isTextual()) {
        merges.add(Merge.of(merge.text()));
      } else {
        List<TokenizerPart> pair = merge.list();
        Check.that(pair.size() == 2, "%s must be two pieces", merge.name());
        merges.add(new Merge(pair.get(0).text(), pair.get(1).text()));
      }
    }
    return merges;
  }

  private static Tokenizer byteLevel(
      TokenizerPart root, TokenizerPart model, List<TokenizerPart> pre, List<AddedToken> added) {
    boolean nfc = false;
    for (TokenizerPart step : steps(root.findObject("normalizer"), "normalizers")) {
      if (!step.type().equals("NFC")) {
        throw step.unsupported(step.type() + " with byte-level BPE");
      }
      nfc = true;
    }
    for (TokenizerPart step : steps(root.findObject("decoder"), "decoders")) {
      if (!step.type().equals("ByteLevel")) {
        throw step.unsupported(step.type() + " with byte-level BPE");
      }
    }
    PreTokenizer words = PreTokenizer.NONE;
    for (TokenizerPart step : pre.subList(0, pre.size() - 1)) {
      words = words.then(cut(step));
    }
    TokenizerPart last = pre.get(pre.size() - 1);
    if (!last.type().equals("ByteLevel")) {
      throw last.unsupported(last.type() + " behind ByteLevel");
    }
    boolean space = last.flag("add_prefix_space", true);
    if (space && pre.size() > 1) {
      throw last.unsupported("add_prefix_space behind another step");
    }
    if (last.flag("use_regex", true)) {
      words = words.then(PreTokenizer.GPT2);
    }
    Vocabulary pieces = TokenizerJson.vocabulary(model);
    boolean wholeWords = model.flag("ignore_merges", false);
    ByteLevelBpe.Settings settings = new ByteLevelBpe.Settings(words, wholeWords, space, nfc);
    return ByteLevelBpe.of(pieces, merges(model), settings, added);
  }

  private static PreTokenizer cut(TokenizerPart step) {
    return switch (step.type()) {
      case "Digits" ->
          PreTokenizer.isolating(step.flag("individual_digits", false) ? "\\p{N}" : "\\p{N}+");
      case "Split" -> {
        TokenizerPart pattern = step.get("pattern").object();
        TokenizerPart regex = pattern.find("Regex");
        String java =
            regex != null ? SplitPattern.java(regex) : Pattern.quote(pattern.get("String").text());
        String behavior = step.get("behavior").text();
        yield switch (behavior) {
          case "Isolated" -> PreTokenizer.isolating(java);
          case "Removed" ->
              step.flag("invert", false) ? PreTokenizer.matches(java) : PreTokenizer.between(java);
          default -> throw step.get("behavior").unsupported(behavior);
        };
      }
      default -> throw step.unsupported(step.type());
    };
  }

  private static Tokenizer characters(
      TokenizerPart root, TokenizerPart model, List<TokenizerPart> pre, List<AddedToken> added) {
    if (model.flag("ignore_merges", false)) {
      throw model.get("ignore_merges").unsupported("true without ByteLevel");
    }
    for (TokenizerPart step : steps(root.findObject("decoder"), "decoders")) {
      if (!CHARACTER_DECODERS.contains(step.type())) {
        throw step.unsupported(step.type() + " with BPE over characters");
      }
    }
    Vocabulary pieces = TokenizerJson.vocabulary(model);
    String unknown = model.text("unk_token", null);
    boolean byteFallback = model.flag("byte_fallback", false);
    if (!model.flag("fuse_unk", false) && !(byteFallback && allBytes(pieces))) {
      throw model.unsupported("BPE with fuse_unk false and without pieces for all bytes");
    }
    SentencePieceBpe.Settings settings = spaces(root, pre);
    // Without a normalizer the normalised text is the text as it is.
    List<AddedToken> tokens = root.find("normalizer") == null ? raw(added) : added;
    return SentencePieceBpe.of(pieces, merges(model), unknown, byteFallback, settings, tokens);
  }

  private static List<AddedToken> raw(List<AddedToken> tokens) {
    return tokens.stream()
        .map(
            t ->
                new AddedToken(
                    t.content(), t.id(), t.singleWord(), t.leftStrip(), t.rightStrip(), false))
        .toList();
  }

  private static boolean allBytes(Vocabulary pieces) {
    for (int b = 0; b < 256; b++) {
      if (pieces.id(String.format("<0x%02X>", b)).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** What is done to spaces: by the normalizer, or by a Metaspace. */
  private static SentencePieceBpe.Settings spaces(TokenizerPart root, List<TokenizerPart> pre) {
    String prepended = null;
    String space = null;
    for (TokenizerPart step : steps(root.findObject("normalizer"), "normalizers")) {
      switch (step.type()) {
        case "Prepend" -> {
          Check.that(prepended == null && space == null, "%s must be the first, once", step.name());
          prepended = step.get("prepend").text();
        }
        case "Replace" -> {
          String from = step.get("pattern").object().get("String").text();
          if (!from.equals(" ") || space != null) {
            throw step.unsupported("a Replace of \"" + from + "\"");
          }
          space = step.get("content").text();
        }
        default -> throw step.unsupported(step.type() + " with BPE over characters");
      }
    }
    boolean replaced = space != null;
    String written = replaced ? space : " ";
    if (prepended != null && !prepended.equals(written)) {
      throw root.get("normalizer").unsupported("a Prepend of other than what stands for a space");
    }
    SentencePieceBpe.Prefix prefix =
        prepended == null ? SentencePieceBpe.Prefix.NONE : SentencePieceBpe.Prefix.EACH;
    SentencePieceBpe.Settings settings =
        new SentencePieceBpe.Settings(written, prefix, false, false);
    for (TokenizerPart step : pre) {
      boolean idle =
          replaced
              && step.type().equals("Split")
              && step.get("pattern").object().text("String", "").equals(" ");
      if (idle) {
        continue; // Gemma's: no space is left
      }
      if (!step.type().equals("Metaspace") || replaced || prepended != null || pre.size() > 1) {
        throw step.unsupported(step.type() + " beside other parts, with BPE over characters");
      }
      settings = metaspace(step);
    }
    return settings;
  }

  private static SentencePieceBpe.Settings metaspace(TokenizerPart step) {
    String scheme =
        step.text("prepend_scheme", step.flag("add_prefix_space", true) ? "always" : "never");
    SentencePieceBpe.Prefix prefix =
        switch (scheme) {
          case "always" -> SentencePieceBpe.Prefix.EACH;
          case "first" -> SentencePieceBpe.Prefix.FIRST;
          case "never" -> SentencePieceBpe.Prefix.NONE;
          default -> throw step.get("prepend_scheme").unsupported(scheme);
        };
    return new SentencePieceBpe.Settings(
        step.text("replacement", "▁"), prefix, true, step.flag("split", true));
  }
}
