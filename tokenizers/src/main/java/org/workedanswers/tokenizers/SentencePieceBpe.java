package org.workedanswers.tokenizers;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * BPE as SentencePiece does it, the tokens of Llama 1 and 2 and of llama2.c: a text is its
 * characters, a space is one as any other, and of all neighbours that make a piece together, those
 * of the piece with the highest score are merged, the leftmost first.
 *
 * <pre>
 *   "once upon"  →  ▁ o n c e ▁ u p o n      a space is set before the text
 *                →  ▁ on c e ▁ u p on  →  ...  →  ▁once ▁upon
 * </pre>
 *
 * A character that is no piece is its bytes in UTF-8, as pieces &lt;0x00&gt; to &lt;0xFF&gt;; where
 * these are not there, it is the unknown piece, once for several in a row. User-defined pieces are
 * found ahead of all else and never merged; control and unused pieces are never made of a text.
 *
 * <p>decode(encode(s)) = s for every s whose surrogates come in pairs, if there are pieces for all
 * bytes: the space before the text is taken off again. Where pieces write ▁ (U+2581) for a space, a
 * ▁ in a text comes back as a space; llama2.c's files have spaces, and it comes back as it was.
 * Half of a surrogate pair comes back as U+FFFD.
 *
 * <p>T. Kudo and J. Richardson, <i>SentencePiece</i>, EMNLP 2018; its {@code bpe_model.cc}; A.
 * Karpathy's {@code llama2.c}, {@code run.c}. Unlike SentencePiece, both neighbours must be pieces
 * themselves, as in llama2.c: of all vocabularies that were trained so they are.
 */
public final class SentencePieceBpe implements Tokenizer {
  /** Where a space is set before a text. */
  public enum Prefix {
    /** Nowhere. */
    NONE,
    /** At the start. */
    FIRST,
    /** At the start and behind each added token. */
    EACH
  }

  /**
   * How a text is prepared.
   *
   * @param space what pieces write for a space: ▁, or a space
   * @param prefix where a space is set before
   * @param onlyIfMissing not where there is one already
   * @param splitWords no token reaches over the beginning of a space
   */
  public record Settings(String space, Prefix prefix, boolean onlyIfMissing, boolean splitWords) {
    /** SentencePiece's for Llama. */
    public static final Settings LLAMA = new Settings("▁", Prefix.FIRST, false, false);

    /** Of llama2.c's files. */
    public static final Settings LLAMA2C = new Settings(" ", Prefix.FIRST, false, false);

    /** Checks that there is something to write for a space. */
    public Settings {
      Require.that(
          space != null && !space.isEmpty() && prefix != null,
          "what stands for a space, or where it is set, is missing");
    }
  }

  private static final String UNKNOWN_TEXT = " \u2047 ";

  private final Vocabulary model;
  private final Vocabulary vocabulary; // the model's and the added tokens
  private final Settings settings;
  private final Merger.Pairs pairs;
  private final AddedTokens raw;
  private final AddedTokens inner;
  private final AddedTokens none = AddedTokens.raw(List.of());
  private final AddedTokens userDefined;
  private final BitSet added = new BitSet();
  private final BitSet control = new BitSet();
  private final BitSet unmade = new BitSet(); // by merging or by being a character
  private final int[] byteTokens = new int[256];
  private final int[] tokenBytes;
  private final int unknown;
  private final int begin;

  private SentencePieceBpe(
      Vocabulary pieces,
      PieceType[] types,
      Merger.Pairs pairs,
      Settings settings,
      List<AddedToken> tokens) {
    model = pieces;
    vocabulary = pieces.with(tokens);
    this.pairs = pairs;
    this.settings = settings;
    tokenBytes = new int[vocabulary.size()];
    Arrays.fill(tokenBytes, -1);
    Arrays.fill(byteTokens, NONE);
    List<AddedToken> defined = new ArrayList<>();
    int unk = NONE;
    for (int id = 0; id < types.length; id++) {
      if (types[id] == PieceType.BYTE) {
        tokenBytes[id] = PieceType.byteOf(vocabulary.piece(id));
        Require.that(
            tokenBytes[id] >= 0,
            "the piece %d is a byte's, and is %s: it must be <0x00> to <0xFF>",
            id,
            Require.quoted(vocabulary.piece(id)));
        byteTokens[tokenBytes[id]] = id;
      } else if (types[id] == PieceType.CONTROL) {
        control.set(id);
      } else if (types[id] == PieceType.UNKNOWN) {
        unk = unk == NONE ? id : unk;
      } else if (types[id] == PieceType.USER_DEFINED && !vocabulary.piece(id).isEmpty()) {
        defined.add(AddedToken.of(vocabulary.piece(id), id));
      }
      unmade.set(id, types[id] != PieceType.NORMAL);
    }
    unknown = unk;
    begin = begin(vocabulary);
    tokens.forEach(token -> added.set(token.id()));
    raw = AddedTokens.raw(tokens);
    userDefined = AddedTokens.raw(defined);
    inner =
        tokens.isEmpty()
            ? userDefined
            : AddedTokens.normalized(tokens, content -> prepare(content, true));
    boolean allBytes = Arrays.stream(byteTokens).noneMatch(b -> b == NONE);
    Require.that(
        allBytes || unknown != NONE,
        "the vocabulary of %d pieces has neither an unknown piece nor <0x00> to <0xFF>: a"
            + " character that is no piece would have no token",
        vocabulary.size());
  }

  private static int begin(Vocabulary vocabulary) {
    for (String piece : List.of("<s>", "\n<s>\n", "<bos>")) {
      if (vocabulary.find(piece) != NONE) {
        return vocabulary.find(piece);
      }
    }
    return NONE;
  }

  /**
   * A tokenizer from pieces and scores, as SentencePiece's models and GGUF files have them ({@code
   * tokenizer.ggml.tokens}, {@code scores}, {@code token_type}).
   *
   * @param pieces with ▁ for a space, or, where none has a ▁, with spaces, as in files that were
   *     made of llama2.c's
   * @param scores for each, finite; of two merges that of the higher comes first
   * @param types for each: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; null
   *     if they are not there: then {@code <0xNN>} are bytes, {@code <unk>} is unknown, {@code <s>}
   *     and {@code </s>} are control, the rest is normal
   * @throws IllegalArgumentException if there are not as many scores and types as pieces, one is
   *     none, or a character could have no token
   */
  public static SentencePieceBpe of(List<String> pieces, float[] scores, int[] types) {
    boolean escaped = pieces != null && pieces.stream().anyMatch(p -> p != null && p.contains("▁"));
    return of(pieces, scores, types, escaped ? Settings.LLAMA : Settings.LLAMA2C);
  }

  /** How texts are prepared. */
  public Settings settings() {
    return settings;
  }

  /** As {@link #of(List, float[], int[])}, prepared otherwise. */
  public static SentencePieceBpe of(
      List<String> pieces, float[] scores, int[] types, Settings settings) {
    Vocabulary vocabulary = Vocabulary.of(pieces);
    PieceType[] kinds = types == null ? PieceType.guess(pieces) : PieceType.of(types, pieces);
    Merger.Pairs pairs = new ScoredPairs(vocabulary, kinds, scores);
    return new SentencePieceBpe(vocabulary, kinds, pairs, settings, List.of());
  }

  /**
   * A tokenizer from pieces and a list of merges, as {@code tokenizer.json} has Llama's.
   *
   * @param merges in the order of their ranks
   * @param unknown the piece for a character that is none; null if there is no such
   * @param byteFallback whether {@code <0x00>} to {@code <0xFF>} stand for bytes
   * @param added tokens that are found in a text ahead of all else; they may be among the pieces
   * @throws IllegalArgumentException if a merge's pieces or what it makes are not there, an added
   *     token has another piece's number, or a character could have no token
   */
  public static SentencePieceBpe of(
      Vocabulary pieces,
      List<Merge> merges,
      String unknown,
      boolean byteFallback,
      Settings settings,
      List<AddedToken> added) {
    PieceType[] types = new PieceType[pieces.size()];
    for (int id = 0; id < types.length; id++) {
      String piece = pieces.has(id) ? pieces.piece(id) : "";
      types[id] =
          piece.equals(unknown)
              ? PieceType.UNKNOWN
              : byteFallback && PieceType.byteOf(piece) >= 0 ? PieceType.BYTE : PieceType.NORMAL;
    }
    return new SentencePieceBpe(pieces, types, new MergeTable(pieces, merges), settings, added);
  }

  /**
   * Reads llama2.c's tokenizer file, to its end.
   *
   * <pre>
   *   longest piece 4   then for each piece: score 4, length 4, UTF-8      little-endian
   * </pre>
   *
   * @throws IllegalArgumentException if it can't be read, a length passes the file or the longest,
   *     a score is not finite, or a piece is no UTF-8
   */
  public static SentencePieceBpe readLlama2c(Path file) {
    return Llama2cTokenizerFile.read(TextFile.bytes(file), NONE);
  }

  /**
   * As {@link #readLlama2c(Path)}, from the file's bytes.
   *
   * @param size how many pieces the model has, which must be in the file
   */
  public static SentencePieceBpe readLlama2c(byte[] file, int size) {
    Require.that(size >= 1, "a vocabulary of %d pieces: there must be at least 1", size);
    return Llama2cTokenizerFile.read(file, size);
  }

  @Override
  public int[] encode(String text) {
    return encode(text, raw, inner);
  }

  /** As {@link #encode}, but what looks like an added token is taken for its characters. */
  public int[] encodeOrdinary(String text) {
    return encode(text, none, userDefined);
  }

  private int[] encode(String text, AddedTokens first, AddedTokens second) {
    String whole = Text.wellFormed(text);
    IntList tokens = new IntList();
    IntList characters = new IntList();
    Merger merger = new Merger(pairs);
    for (AddedTokens.Part part : first.split(whole)) {
      if (part.token() != NONE) {
        tokens.add(part.token());
        continue;
      }
      String ready = prepare(whole.substring(part.from(), part.to()), part.from() == 0);
      for (AddedTokens.Part within : second.split(ready)) {
        if (within.token() != NONE) {
          tokens.add(within.token());
          continue;
        }
        for (int from = within.from(); from < within.to(); ) {
          int to = settings.splitWords() ? nextSpace(ready, from, within.to()) : within.to();
          characters.clear();
          characters(ready, from, to, characters);
          merger.merge(characters, tokens);
          from = to;
        }
      }
    }
    return tokens.toArray();
  }

  /** A space set before, where it is due, and all spaces as pieces write them. */
  private String prepare(String text, boolean first) {
    String spaced = text.replace(" ", settings.space());
    boolean due = settings.prefix() == Prefix.EACH || settings.prefix() == Prefix.FIRST && first;
    boolean there = settings.onlyIfMissing() && spaced.startsWith(settings.space());
    return due && !there && !text.isEmpty() ? settings.space() + spaced : spaced;
  }

  private int nextSpace(String text, int from, int end) {
    int next = text.indexOf(settings.space(), from + 1);
    return next < 0 || next > end ? end : next;
  }

  /** A text's characters as tokens, its bytes where they are none. */
  private void characters(String text, int from, int to, IntList into) {
    boolean wasUnknown = false;
    for (int i = from; i < to; ) {
      int next = i + Character.charCount(text.codePointAt(i));
      String character = text.substring(i, next);
      i = next;
      int token = model.find(character);
      if (token != NONE && !unmade.get(token)) {
        into.add(token);
        wasUnknown = false;
        continue;
      }
      byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
      boolean allThere = true;
      for (byte b : utf8) {
        allThere &= byteTokens[b & 0xFF] != NONE;
      }
      if (allThere) {
        for (byte b : utf8) {
          into.add(byteTokens[b & 0xFF]);
        }
      } else if (!wasUnknown) {
        into.add(unknown);
      }
      wasUnknown = !allThere;
    }
  }

  /**
   * The pieces one after the other, with spaces for ▁ and bytes put together as UTF-8; what is no
   * UTF-8 becomes U+FFFD. Where encoding sets a space before a text, a space that the first token
   * begins with is left out; so it is of a token right behind the start token &lt;s&gt;, as
   * llama2.c does, and, where each text behind an added token gets a space, behind these. Control
   * pieces give nothing, an added token its text, the unknown piece " ⁇ ".
   */
  @Override
  public String decode(int... tokens) {
    return TokenStream.text(this, tokens);
  }

  @Override
  public byte[] bytes(int token, int previous) {
    String piece = vocabulary.piece(token);
    if (added.get(token)) {
      return piece.getBytes(StandardCharsets.UTF_8);
    }
    if (tokenBytes[token] >= 0) {
      return new byte[] {(byte) tokenBytes[token]};
    }
    if (control.get(token)) {
      return new byte[0];
    }
    if (token == unknown) {
      return UNKNOWN_TEXT.getBytes(StandardCharsets.UTF_8);
    }
    String text = piece.replace(settings.space(), " ");
    boolean strip = isStart(previous) && text.startsWith(" ");
    return (strip ? text.substring(1) : text).getBytes(StandardCharsets.UTF_8);
  }

  /** Whether encoding sets a space before a text that follows this token. */
  private boolean isStart(int previous) {
    return switch (settings.prefix()) {
      case NONE -> false;
      case FIRST -> previous == NONE || previous == begin;
      case EACH -> previous == NONE || previous == begin || added.get(previous);
    };
  }

  @Override
  public String piece(int token) {
    return vocabulary.piece(token);
  }

  @Override
  public OptionalInt id(String piece) {
    return vocabulary.id(piece);
  }

  @Override
  public int size() {
    return vocabulary.size();
  }
}
