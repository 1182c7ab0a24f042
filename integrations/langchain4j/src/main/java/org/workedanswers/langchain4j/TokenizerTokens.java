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
    int point = 0; // code points ahead of the char
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
    return spans;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
