package org.workedanswers.tokenizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SharedData;

/** Text as tokens come, against all of it at once. */
class TokenStreamTest {
  @Test
  void partsAreTheWhole() throws IOException {
    List<Tokenizer> all =
        List.of(
            WordPiece.of(Djl.miniLmPieces(), WordPiece.Settings.UNCASED),
            ByteLevelBpe.readTiktoken(
                Ranks.file("r50k_base.tiktoken"), PreTokenizer.GPT2, List.of()),
            SentencePieceBpe.readLlama2c(SharedData.file("llm/tok512.bin")));
    Random random = new Random(14);
    for (Tokenizer tokenizer : all) {
      TokenStream stream = new TokenStream(tokenizer);
      for (int i = 0; i < 500; i++) {
        int[] tokens =
            i % 2 == 0
                ? tokenizer.encode(Texts.random(random))
                : random.ints(random.nextInt(20), 0, tokenizer.size()).toArray();
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
          text.append(stream.next(token));
        }
        text.append(stream.finish());
        assertEquals(tokenizer.decode(tokens), text.toString(), () -> Arrays.toString(tokens));
      }
    }
  }

  @Test
  void aCharacterComesWithItsLastToken() {
    SentencePieceBpe stories = SentencePieceBpe.readLlama2c(SharedData.file("llm/tok512.bin"));
    TokenStream stream = new TokenStream(stories);
    int[] tokens = stories.encode("🙂!"); // the space, four bytes, the mark
    List<String> parts = Arrays.stream(tokens).mapToObj(stream::next).toList();
    assertEquals(List.of("", "", "", "", "🙂", "!"), parts);
    assertEquals("", stream.finish());
    stream.next(tokens[1]);
    assertEquals("\uFFFD", stream.finish());
    assertEquals("Once", stream.next(stories.id(" Once").getAsInt()), "at the start again");
    assertThrows(IllegalArgumentException.class, () -> stream.next(512));
    assertEquals(" Once", stream.next(stories.id(" Once").getAsInt()));
  }

  @Test
  void anyBytesAreAsTheJdkReadsThem() {
    Random random = new Random(15);
    Utf8Decoder utf8 = new Utf8Decoder();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(9)];
      for (int j = 0; j < bytes.length; j++) {
        int[] often = {'a', 0x80, 0xBF, 0xC3, 0xE2, 0x82, 0xF0, 0x9F, 0xF4, 0xED, 0xA0, 0xC0};
        bytes[j] = (byte) (random.nextInt(3) > 0 ? often[random.nextInt(12)] : random.nextInt(256));
      }
      StringBuilder text = new StringBuilder();
      for (int from = 0; from < bytes.length; ) {
        int to = from + 1 + random.nextInt(bytes.length - from);
        text.append(utf8.next(Arrays.copyOfRange(bytes, from, to)));
        from = to;
      }
      text.append(utf8.finish());
      assertEquals(new String(bytes, StandardCharsets.UTF_8), text.toString());
    }
  }

  /** A tokenizer that knows nothing of bytes. */
  @Test
  void othersAreDecodedTokenByToken() {
    Tokenizer letters =
        new Tokenizer() {
          @Override
          public int[] encode(String text) {
            return text.chars().toArray();
          }

          @Override
          public String decode(int... tokens) {
            return new String(tokens, 0, tokens.length);
          }

          @Override
          public String piece(int token) {
            return Character.toString(token);
          }

          @Override
          public OptionalInt id(String piece) {
            return OptionalInt.of(piece.charAt(0));
          }

          @Override
          public int size() {
            return 128;
          }
        };
    TokenStream stream = new TokenStream(letters);
    assertEquals("a", stream.next('a'));
    assertEquals("é", stream.next('é'));
    String message =
        assertThrows(IllegalArgumentException.class, () -> new TokenStream(null)).getMessage();
    assertTrue(message.contains("tokenizer"));
  }
}
