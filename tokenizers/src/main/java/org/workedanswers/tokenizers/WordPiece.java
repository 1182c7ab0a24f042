package org.workedanswers.tokenizers;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * WordPiece, BERT's tokens: a word is cut, from the left, into the longest pieces that the
 * vocabulary has.
 *
 * <pre>
 *   word = p₁ p₂ ... pₙ      p₁: the longest piece that word begins with
 *                            pᵢ: the longest p for which ##p is a piece and the rest begins with p
 *   embeddings  →  em ##bed ##ding ##s
 * </pre>
 *
 * A word that can't be cut so, or has more than 100 characters, is [UNK] as a whole. Words are what
 * stands between white space and punctuation, and each ideograph, after the text has been cleaned,
 * freed of accents and set in lower case.
 *
 * <p>Y. Wu et al., <i>Google's Neural Machine Translation System</i>, 2016, section 4.1; J. Devlin
 * et al., <i>BERT</i>, NAACL 2019, section 3. The greedy cut is BERT's.
 *
 * <p>[CLS], [SEP] and the like within a text are these very tokens, as in Hugging Face's
 * tokenizers; {@link #encodeOrdinary} takes them for characters, which is safer for a text that
 * someone else wrote.
 */
public final class WordPiece implements Tokenizer {
  /**
   * How a text is prepared and put together again.
   *
   * @param cleanText control characters are dropped, white space becomes spaces
   * @param spaceIdeographs spaces around CJK ideographs
   * @param stripAccents NFD without its marks
   * @param lowerCase character by character
   * @param unknown the piece for a word that can't be cut
   * @param prefix of pieces that go on within a word
   * @param maxCharacters of a word, 1 to 200
   * @param tidy in decoding, no space before . ? ! , and contractions
   */
  public record Settings(
      boolean cleanText,
      boolean spaceIdeographs,
      boolean stripAccents,
      boolean lowerCase,
      String unknown,
      String prefix,
      int maxCharacters,
      boolean tidy) {
    /** Of models without case, as all-MiniLM-L6-v2 and bge-small-en-v1.5. */
    public static final Settings UNCASED =
        new Settings(true, true, true, true, "[UNK]", "##", 100, true);

    /** Of models that keep case and accents. */
    public static final Settings CASED =
        new Settings(true, true, false, false, "[UNK]", "##", 100, true);

    /** Checks the longest word. */
    public Settings {
      Require.that(unknown != null && prefix != null, "the unknown piece or the prefix is null");
      Require.that(
          maxCharacters >= 1 && maxCharacters <= 200,
          "a word has at most %d characters: it must be 1..200",
          maxCharacters);
    }
  }

  /**
   * Two texts as one: [CLS] a [SEP] b [SEP].
   *
   * @param tokens all tokens
   * @param types for each, 0 up to the first [SEP], 1 after
   */
  public record Pair(int[] tokens, int[] types) {}

  /**
   * Where a token stands in its text.
   *
   * @param from its first char
   * @param to behind its last
   */
  public record Span(int from, int to) {}

  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private final Vocabulary model;
  private final Vocabulary vocabulary; // the model's and the added tokens
  private final Settings settings;
  private final AddedTokens raw;
  private final AddedTokens normalized;
  private final AddedTokens none = AddedTokens.raw(List.of());
  private final int unknown;

  /**
   * A tokenizer.
   *
   * @param added tokens that are found in a text ahead of all else
   * @throws IllegalArgumentException if the unknown piece is not in the vocabulary, or an added
   *     token has another piece's number
   */
  public WordPiece(Vocabulary pieces, Settings settings, List<AddedToken> added) {
    this.settings = settings;
    model = pieces;
    vocabulary = pieces.with(added);
    raw = AddedTokens.raw(added);
    normalized = AddedTokens.normalized(added, text -> BertText.normalize(text, settings));
    unknown = model.find(settings.unknown());
    Require.that(
        unknown != NONE,
        "the vocabulary of %d pieces has no %s",
        vocabulary.size(),
        Require.quoted(settings.unknown()));
  }

  /** A tokenizer whose added tokens are [PAD], [UNK], [CLS], [SEP] and [MASK], as far as there. */
  public static WordPiece of(List<String> pieces, Settings settings) {
    Vocabulary vocabulary = Vocabulary.of(pieces);
    List<AddedToken> added = new ArrayList<>();
    for (String piece : SPECIAL) {
      vocabulary.id(piece).ifPresent(id -> added.add(AddedToken.of(piece, id)));
    }
    return new WordPiece(vocabulary, settings, added);
  }

  /**
   * Reads {@code vocab.txt}: a piece a line, in the order of their numbers, UTF-8.
   *
   * @throws IllegalArgumentException if it can't be read, is no UTF-8, or has no [UNK]
   */
  public static WordPiece read(Path vocabTxt, Settings settings) {
    return of(TextFile.lines(vocabTxt), settings);
  }

  @Override
  public int[] encode(String text) {
    return encode(text, raw, normalized, null);
  }

  /** As {@link #encode}, but what looks like a special token is taken for its characters. */
  public int[] encodeOrdinary(String text) {
    return encode(text, none, none, null);
  }

  /**
   * Where in the text each token of {@link #encode} stands, in chars: from the first character that
   * became part of it to the last, as Hugging Face's tokenizers count. Accents that follow a token
   * as characters of their own, which it drops, are the token's. No span begins before the one
   * ahead of it; two of one character are alike.
   *
   * @throws IllegalArgumentException if the text is null
   */
  public List<Span> spans(String text) {
    List<Span> spans = new ArrayList<>();
    encode(text, raw, normalized, spans);
    for (int i = 0; i < spans.size(); i++) {
      int next = i + 1 < spans.size() ? spans.get(i + 1).from() : text.length();
      int to = spans.get(i).to();
      while (to < next && Text.isMark(text.codePointAt(to))) {
        to += Character.charCount(text.codePointAt(to));
      }
      spans.set(i, new Span(spans.get(i).from(), to));
    }
    return spans;
  }

  /** The tokens; where they stand is added to {@code spans}, unless it is null. */
  private int[] encode(String text, AddedTokens first, AddedTokens second, List<Span> spans) {
    String whole = Text.wellFormed(text);
    IntList tokens = new IntList();
    for (AddedTokens.Part part : first.split(whole)) {
      if (part.token() != NONE) {
        tokens.add(part.token());
        if (spans != null) {
          spans.add(new Span(part.from(), part.to()));
        }
        continue;
      }
      String own = whole.substring(part.from(), part.to());
      IntList origins = spans == null ? null : new IntList();
      String clean = BertText.normalize(own, settings, origins);
      IntList ends = new IntList(); // of a word's tokens
      for (AddedTokens.Part inner : second.split(clean)) {
        if (inner.token() != NONE) {
          tokens.add(inner.token());
          add(spans, own, part.from(), origins, inner.from(), inner.to());
          continue;
        }
        for (Span word : BertText.words(clean, inner.from(), inner.to())) {
          ends.clear();
          cut(clean.substring(word.from(), word.to()), tokens, ends);
          int from = word.from();
          for (int i = 0; i < ends.size(); i++) {
            int to = word.from() + ends.get(i);
            add(spans, own, part.from(), origins, from, to);
            from = to;
          }
        }
      }
    }
    return tokens.toArray();
  }

  /** Adds where in the whole text those chars of the normalised part come from. */
  private static void add(
      List<Span> spans, String part, int partFrom, IntList origins, int from, int to) {
    if (spans != null) {
      int last = origins.get(to - 1);
      int end = last + Character.charCount(part.codePointAt(last));
      spans.add(new Span(partFrom + origins.get(from), partFrom + end));
    }
  }

  /** Adds p₁ ... pₙ of a word, or [UNK], and where in the word each ends. */
  private void cut(String word, IntList tokens, IntList ends) {
    int[] cuts = new int[word.length()];
    int n = 0;
    boolean found = word.codePointCount(0, word.length()) <= settings.maxCharacters();
    for (int from = 0; found && from < word.length(); ) {
      String prefix = from == 0 ? "" : settings.prefix();
      int to = Math.min(word.length(), from + model.longest());
      int piece = NONE;
      while (to > from) {
        piece = model.find(prefix + word.substring(from, to));
        if (piece != NONE) {
          break;
        }
        to -= Character.charCount(word.codePointBefore(to));
      }
      found = piece != NONE;
      cuts[n++] = piece;
      ends.add(to);
      from = to;
    }
    if (!found) {
      tokens.add(unknown);
      ends.clear();
      ends.add(word.length());
      return;
    }
    for (int i = 0; i < n; i++) {
      tokens.add(cuts[i]);
    }
  }

  /**
   * [CLS], the text's tokens, [SEP]; of more than {@code maxTokens} the text's last are left out.
   *
   * @param maxTokens at least 2
   * @throws IllegalArgumentException if it is less, or the vocabulary has no [CLS] or [SEP]
   */
  public int[] encodeSentence(String text, int maxTokens) {
    Require.that(maxTokens >= 2, "at most %d tokens: [CLS] and [SEP] alone take 2", maxTokens);
    int[] tokens = encode(text);
    int n = Math.min(tokens.length, maxTokens - 2);
    int[] all = new int[n + 2];
    all[0] = special("[CLS]");
    System.arraycopy(tokens, 0, all, 1, n);
    all[n + 1] = special("[SEP]");
    return all;
  }

  /**
   * [CLS], a's tokens, [SEP], b's tokens, [SEP]. Of more than {@code maxTokens} the longer text
   * loses its last until it is as long as the other, then both do; the odd one is kept of the
   * longer.
   *
   * @param maxTokens at least 3
   * @throws IllegalArgumentException if it is less, or the vocabulary has no [CLS] or [SEP]
   */
  public Pair encodePair(String a, String b, int maxTokens) {
    Require.that(maxTokens >= 3, "at most %d tokens: [CLS] and two [SEP] alone take 3", maxTokens);
    int[] first = encode(a);
    int[] second = encode(b);
    int room = maxTokens - 3;
    int n = first.length;
    int m = second.length;
    if ((long) n + m > room) {
      boolean firstLonger = n > m;
      int shorter = Math.min(n, m);
      int longer = Math.max(shorter, room - shorter);
      if (shorter > room || (long) shorter + longer > room) {
        shorter = room / 2;
        longer = room - shorter;
      }
      n = firstLonger ? longer : shorter;
      m = firstLonger ? shorter : longer;
    }
    int[] tokens = new int[n + m + 3];
    int[] types = new int[n + m + 3];
    tokens[0] = special("[CLS]");
    System.arraycopy(first, 0, tokens, 1, n);
    tokens[n + 1] = special("[SEP]");
    System.arraycopy(second, 0, tokens, n + 2, m);
    tokens[n + m + 2] = special("[SEP]");
    Arrays.fill(types, n + 2, types.length, 1);
    return new Pair(tokens, types);
  }

  private int special(String piece) {
    int id = vocabulary.find(piece);
    Require.that(id != NONE, "the vocabulary of %d pieces has no %s", vocabulary.size(), piece);
    return id;
  }

  /**
   * Words with a space between, pieces that go on joined to what stands before; special tokens as
   * they are. The text that was encoded does not come back: case, accents and spaces are lost.
   */
  @Override
  public String decode(int... tokens) {
    return TokenStream.text(this, tokens);
  }

  @Override
  public byte[] bytes(int token, int previous) {
    String text = vocabulary.piece(token);
    if (previous != NONE) {
      text =
          text.startsWith(settings.prefix())
              ? text.substring(settings.prefix().length())
              : " " + text;
    }
    return (settings.tidy() ? tidy(text) : text).getBytes(StandardCharsets.UTF_8);
  }

  private static String tidy(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" do not", " don't")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
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
