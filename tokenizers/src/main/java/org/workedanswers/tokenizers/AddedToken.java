package org.workedanswers.tokenizers;

/**
 * A token that is found in a text ahead of all else, whatever the scheme would make of its
 * characters: &lt;|endoftext|&gt;, [SEP]. The fields are those of Hugging Face's {@code
 * tokenizer.json}.
 *
 * @param content its text, 1 to {@value #MAX_LENGTH} chars
 * @param id its number
 * @param singleWord only where no letter, digit or _ stands beside it
 * @param leftStrip white space before it is taken in
 * @param rightStrip white space behind it is taken in
 * @param normalized looked for in the normalised text, itself normalised; else in the text as it is
 */
public record AddedToken(
    String content,
    int id,
    boolean singleWord,
    boolean leftStrip,
    boolean rightStrip,
    boolean normalized) {
  /** The longest content. */
  public static final int MAX_LENGTH = 1000;

  /** Checks the content and the number. */
  public AddedToken {
    Require.that(
        content != null && !content.isEmpty() && content.length() <= MAX_LENGTH,
        "an added token of %s chars: it must have 1 to %d",
        content == null ? "no" : Integer.toString(content.length()),
        MAX_LENGTH);
    Require.that(
        id >= 0 && id <= Vocabulary.MAX_ID,
        "the added token %s has the number %d: it must be in 0..%d",
        Require.quoted(content),
        id,
        Vocabulary.MAX_ID);
  }

  /** A token that is looked for as it is. */
  public static AddedToken of(String content, int id) {
    return new AddedToken(content, id, false, false, false, false);
  }
}
