package org.workedanswers.tokenizers;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Byte-level BPE, the tokens of GPT-2 and its heirs: a text is cut into words, a word is its bytes
 * in UTF-8, and neighbours are merged by rank.
 *
 * <pre>
 *   "Hello world"  →  Hello, Ġworld          words, by a regular expression; Ġ is the space's byte
 *   Ġworld         →  Ġ w o r l d  →  Ġ w or l d  →  Ġw or l d  →  ...  →  Ġworld
 * </pre>
 *
 * All 256 bytes are tokens, so any text has some, and decode(encode(s)) = s for every s whose
 * surrogates come in pairs (and that is in NFC, where the settings ask for it). Half of a pair
 * comes back as U+FFFD.
 *
 * <p>A. Radford et al., <i>Language Models are Unsupervised Multitask Learners</i>, 2019, section
 * 2.2. What is merged first is {@link Merger}'s business, what a word is {@link PreTokenizer}'s.
 *
 * <p>Added tokens, as &lt;|endoftext|&gt;, are found in a text ahead of all else; {@link
 * #encodeOrdinary} takes them for characters, which is safer for a text that someone else wrote.
 */
public final class ByteLevelBpe implements Tokenizer {
  /**
   * How a text is prepared.
   *
   * @param words what no token reaches over
   * @param wholeWords a word that is a piece is that token, whether merges lead there or not
   * @param spaceFirst a space is set before a text, and behind an added token, that begins with
   *     none
   * @param nfc the text is brought to Unicode's form NFC
   */
  public record Settings(PreTokenizer words, boolean wholeWords, boolean spaceFirst, boolean nfc) {
    /** GPT-2's. */
    public static final Settings GPT2 = new Settings(PreTokenizer.GPT2, false, false, false);

    /** Llama 3's. */
    public static final Settings LLAMA3 = new Settings(PreTokenizer.LLAMA3, true, false, false);

    /** Qwen 2's. */
    public static final Settings QWEN2 = new Settings(PreTokenizer.QWEN2, false, false, true);

    /** Checks that there is a pre-tokenizer. */
    public Settings {
      Require.that(words != null, "there is no pre-tokenizer: null");
    }
  }

  private final Vocabulary model;
  private final Vocabulary vocabulary; // the model's and the added tokens
  private final Settings settings;
  private final Merger.Pairs pairs;
  private final AddedTokens raw;
  private final AddedTokens normalized;
  private final AddedTokens none = AddedTokens.raw(List.of());
  private final Set<Integer> added = new HashSet<>();
  private final int[] byteTokens = new int[256];

  private ByteLevelBpe(
      Vocabulary pieces, Merger.Pairs pairs, Settings settings, List<AddedToken> tokens) {
    model = pieces;
    vocabulary = pieces.with(tokens);
    this.pairs = pairs;
    this.settings = settings;
    raw = AddedTokens.raw(tokens);
    normalized = AddedTokens.normalized(tokens, this::normalize);
    tokens.forEach(token -> added.add(token.id()));
    for (int b = 0; b < 256; b++) {
      byteTokens[b] = pieces.find(String.valueOf(ByteSymbols.symbol(b)));
      Require.that(
          byteTokens[b] != NONE,
          "the vocabulary of %d pieces has none for the byte %d, %s: all 256 must be there",
          pieces.size(),
          b,
          ByteSymbols.symbol(b));
    }
  }

  /**
   * A tokenizer from pieces and merges, as GGUF files ({@code tokenizer.ggml.tokens} and {@code
   * merges}) and {@code vocab.json} with {@code merges.txt} have them.
   *
   * @param pieces bytes as characters, Ġ for a space
   * @param merges in the order of their ranks
   * @param added tokens that are found in a text ahead of all else; they may be among the pieces
   * @throws IllegalArgumentException if a byte has no piece, a merge's pieces or what it makes are
   *     not there, or an added token has another piece's number
   */
  public static ByteLevelBpe of(
      Vocabulary pieces, List<Merge> merges, Settings settings, List<AddedToken> added) {
    return new ByteLevelBpe(pieces, new MergeTable(pieces, merges), settings, added);
  }

  /**
   * A tokenizer from what a GGUF file says.
   *
   * @param tokens {@code tokenizer.ggml.tokens}
   * @param merges {@code tokenizer.ggml.merges}: two pieces with a space between
   * @param types {@code tokenizer.ggml.token_type}, or null if it is not there: unknown, control
   *     and user-defined pieces are added tokens
   * @param pre {@code tokenizer.ggml.pre}
   * @throws IllegalArgumentException as {@link #of}, or for a pre-tokenizer that is not known here,
   *     or if there are not as many types as tokens
   */
  public static ByteLevelBpe ofGguf(
      List<String> tokens, List<String> merges, int[] types, String pre) {
    PreTokenizer words = PreTokenizer.ofGguf(pre);
    Vocabulary vocabulary = Vocabulary.of(tokens);
    List<AddedToken> added = new ArrayList<>();
    PieceType[] kinds = PieceType.of(types, tokens);
    for (int id = 0; id < kinds.length; id++) {
      boolean special =
          kinds[id] == PieceType.UNKNOWN
              || kinds[id] == PieceType.CONTROL
              || kinds[id] == PieceType.USER_DEFINED;
      if (special && !tokens.get(id).isEmpty()) {
        added.add(AddedToken.of(tokens.get(id), id));
      }
    }
    boolean wholeWords = words == PreTokenizer.LLAMA3;
    boolean nfc = words == PreTokenizer.QWEN2;
    return of(vocabulary, Merge.of(merges), new Settings(words, wholeWords, false, nfc), added);
  }

  /**
   * A tokenizer from pieces alone, as tiktoken has it: a piece's rank is its number, and all
   * neighbours that make a piece together may be merged. A word that is a piece is that token.
   *
   * @param ranks each piece's bytes as characters, Ġ for a space, with its rank
   * @param words what no token reaches over
   * @param added tokens that are found in a text ahead of all else
   * @throws IllegalArgumentException if a byte has no piece, or an added token has another's number
   */
  public static ByteLevelBpe ofRanks(Vocabulary ranks, PreTokenizer words, List<AddedToken> added) {
    Merger.Pairs pairs =
        (left, right) -> {
          int merged = ranks.joined(left, right);
          return merged == NONE ? Merger.NO : Merger.pair(merged, merged);
        };
    return new ByteLevelBpe(ranks, pairs, new Settings(words, true, false, false), added);
  }

  /**
   * Reads tiktoken's file of ranks: a line for each piece, its bytes in base64, a space, its rank.
   *
   * @throws IllegalArgumentException if it can't be read, or a line is not so, or as {@link
   *     #ofRanks}
   */
  public static ByteLevelBpe readTiktoken(Path file, PreTokenizer words, List<AddedToken> added) {
    return readTiktoken(TextFile.bytes(file), words, added);
  }

  /** As {@link #readTiktoken(Path, PreTokenizer, List)}, from the file's bytes. */
  public static ByteLevelBpe readTiktoken(byte[] file, PreTokenizer words, List<AddedToken> added) {
    Map<String, Integer> ranks = new HashMap<>();
    for (String line : TextFile.lines("a file of ranks", file)) {
      if (line.isEmpty()) {
        continue;
      }
      int space = line.indexOf(' ');
      try {
        byte[] bytes = Base64.getDecoder().decode(line.substring(0, Math.max(0, space)));
        int rank = Integer.parseInt(line.substring(space + 1));
        Integer before = ranks.put(ByteSymbols.symbols(bytes), rank);
        Require.that(bytes.length > 0 && before == null, "a piece is empty or there twice");
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            String.format(
                "the line %s must be bytes in base64, a space, a rank: %s",
                Require.quoted(line), e.getMessage()),
            e);
      }
    }
    return ofRanks(Vocabulary.of(ranks), words, added);
  }

  @Override
  public int[] encode(String text) {
    return encode(text, raw, normalized);
  }

  /** As {@link #encode}, but what looks like an added token is taken for its characters. */
  public int[] encodeOrdinary(String text) {
    return encode(text, none, none);
  }

  private int[] encode(String text, AddedTokens first, AddedTokens second) {
    String whole = Text.wellFormed(text);
    IntList tokens = new IntList();
    IntList bytes = new IntList();
    Merger merger = new Merger(pairs);
    for (AddedTokens.Part part : first.split(whole)) {
      if (part.token() != NONE) {
        tokens.add(part.token());
        continue;
      }
      String clean = normalize(whole.substring(part.from(), part.to()));
      for (AddedTokens.Part inner : second.split(clean)) {
        if (inner.token() != NONE) {
          tokens.add(inner.token());
          continue;
        }
        String between = clean.substring(inner.from(), inner.to());
        boolean space = settings.spaceFirst() && !between.startsWith(" ");
        for (String word : settings.words().split(space ? " " + between : between)) {
          encode(word, bytes, merger, tokens);
        }
      }
    }
    return tokens.toArray();
  }

  private void encode(String word, IntList bytes, Merger merger, IntList tokens) {
    byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
    if (settings.wholeWords()) {
      int piece = model.find(ByteSymbols.symbols(utf8));
      if (piece != NONE && !added.contains(piece)) {
        tokens.add(piece);
        return;
      }
    }
    bytes.clear();
    for (byte b : utf8) {
      bytes.add(byteTokens[b & 0xFF]);
    }
    merger.merge(bytes, tokens);
  }

  private String normalize(String text) {
    return settings.nfc() ? Text.normalize(text, Normalizer.Form.NFC) : text;
  }

  /** The tokens' bytes as UTF-8, added tokens as their text; what is no UTF-8 becomes U+FFFD. */
  @Override
  public String decode(int... tokens) {
    return TokenStream.text(this, tokens);
  }

  @Override
  public byte[] bytes(int token, int previous) {
    String piece = vocabulary.piece(token);
    byte[] bytes = added.contains(token) ? null : ByteSymbols.bytes(piece);
    return bytes == null ? piece.getBytes(StandardCharsets.UTF_8) : bytes;
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
