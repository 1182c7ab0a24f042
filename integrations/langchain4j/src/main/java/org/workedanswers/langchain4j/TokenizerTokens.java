package org.workedanswers.langchain4j;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.chunk.Tokens;

/**
 * A Hugging Face tokenizer's tokens. It counts a text's code points; here they are {@code char}s.
 * Accents that follow a token as characters of their own, which it drops, are the token's.
 *
 * @param tokenizer one that cuts nothing off
 */
record TokenizerTokens(HuggingFaceTokenizer tokenizer) implements Tokens, AutoCloseable {
  @Override
  public List<Span> spans(String text) {
    Encoding encoding =
        tokenizer.encode(PassageSegments.whole(text)); // halves become several there
    CharSpan[] theirs = encoding.getCharTokenSpans();
    long[] marks = encoding.getSpecialTokenMask();
    List<Span> spans = new ArrayList<>(theirs.length);
    int point = 0; // code points ahead of at
    int at = 0;
    for (int i = 0; i < theirs.length; i++) {
      if (theirs[i] == null || marks[i] == 1) {
        continue;
      }
      at = text.offsetByCodePoints(at, theirs[i].getStart() - point);
      point = theirs[i].getStart();
      int to = text.offsetByCodePoints(at, theirs[i].getEnd() - point);
      spans.add(new Span(at, to));
    }
    return withAccents(text, spans);
  }

  private static List<Span> withAccents(String text, List<Span> spans) {
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      int next = i + 1 < spans.size() ? spans.get(i + 1).from() : text.length();
      int to = span.to();
      while (to < next && isAccent(text.codePointAt(to))) {
        to += Character.charCount(text.codePointAt(to));
      }
      if (to > span.to()) {
        spans.set(i, new Span(span.from(), to));
      }
    }
    return spans;
  }

  private static boolean isAccent(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
