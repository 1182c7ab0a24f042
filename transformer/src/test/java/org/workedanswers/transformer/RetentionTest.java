package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.transformer.LinearTest.refused;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.workedanswers.attention.DynamicNtkScaling;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.Rope;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;

class RetentionTest {
  private static final int HEAD = 6;

  private static Decoder llama(int layers, SeededRandom random) {
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            layers,
            14,
            new ModelShape.Attention(4, 2, HEAD),
            ModelShape.FeedForward.dense(20),
            new ModelShape.Embedding(23, true, 0, 0));
    return Initial.decoder(TransformerConfig.llama(shape), random);
  }

  /** The same decoder with attention's positions from elsewhere. */
  private static Decoder turned(Decoder d, RotaryPositions rope) {
    var layers =
        d.stack().layers().stream()
            .map(
                l ->
                    new Layer(
                        l.place(),
                        l.attention().with(rope),
                        l.attentionNorm(),
                        l.cross(),
                        l.feedForward(),
                        l.feedForwardNorm()))
            .toList();
    return new Decoder(
        d.embeddings(), new Stack(layers, d.stack().norm(), d.stack().mask()), d.head(), 8);
  }

  private static float[][] feed(Sequence s, SeededRandom cuts, int[] tokens) {
    float[][] all = new float[tokens.length][];
    for (int at = 0, next; at < tokens.length; at = next) {
      next = Math.min(tokens.length, at + 1 + cuts.below(9));
      Matrix part = s.feed(Arrays.copyOfRange(tokens, at, next));
      for (int i = at; i < next; i++) {
        all[i] = part.row(i - at);
      }
    }
    return all;
  }

  @Test
  void aWindowIsFullAttentionUnderItsMask() {
    for (int seed = 0; seed < 24; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Decoder decoder = llama(1 + random.below(3), random);
      int w = 1 + random.below(12);
      int[] tokens = Shapes.tokens(random, 40);
      for (Compute compute : Computes.all()) {
        float[][] masked =
            decoder.with(Mask.slidingWindow(w)).start(compute, 40).feed(tokens).toArray();
        float[][] full = decoder.start(compute, 40).feed(tokens).toArray();
        float[][] rolled = feed(decoder.start(compute, Retention.window(w)), random, tokens);
        float[][] once = decoder.start(compute, Retention.window(w)).feed(tokens).toArray();
        assertArrayEquals(once, rolled);
        for (int i = 0; i < tokens.length; i++) {
          String what = "seed " + seed + ", w " + w + ", token " + i + ", " + compute;
          assertArrayEquals(masked[i], rolled[i], 2e-5f, what);
          if (i < w) {
            assertArrayEquals(full[i], rolled[i], what);
          }
        }
        if (w < 10) {
          assertFalse(Arrays.equals(full[39], rolled[39]), "what is forgotten is missed");
        }
      }
    }
  }

  /** One layer's logits depend on what is kept alone: the kept tokens as a text of their own. */
  @Test
  void streamingIsTheKeptTokensAsATextOfTheirOwn() {
    for (int seed = 0; seed < 24; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Decoder decoder = llama(1, random);
      int s = random.below(5);
      int w = 1 + random.below(9);
      int[] tokens = Shapes.tokens(random, 50);
      for (Compute compute : Computes.all()) {
        Sequence sequence = decoder.start(compute, Retention.streaming(s, w));
        float[][] streamed = feed(sequence, random, tokens);
        for (int i = 0; i < tokens.length; i++) {
          int[] kept = Arrays.copyOf(tokens, i + 1);
          if (i + 1 > s + w) {
            kept = Arrays.copyOf(tokens, s + w);
            System.arraycopy(tokens, i + 1 - w, kept, s, w);
          }
          float[] alone = decoder.start(compute, kept.length).next(kept).row(0);
          String what = "seed " + seed + ", s " + s + ", w " + w + ", token " + i;
          assertArrayEquals(alone, streamed[i], 2e-5f, what);
        }
      }
    }
  }

  @Test
  void whileNothingIsForgottenItIsTheSameBitsInAnyDepth() {
    SeededRandom random = new SeededRandom(3);
    Decoder decoder = llama(3, random);
    int[] tokens = Shapes.tokens(random, 20);
    for (Compute compute : Computes.all()) {
      float[][] full = decoder.start(compute, 20).feed(tokens).toArray();
      Sequence s = decoder.start(compute, Retention.streaming(4, 16));
      assertArrayEquals(full, feed(s, random, tokens));
    }
  }

  @Test
  void memoryDoesNotGrow() {
    SeededRandom random = new SeededRandom(4);
    Decoder decoder = llama(2, random);
    Compute compute = Computes.all().get(1);
    for (Retention kept : new Retention[] {Retention.window(64), Retention.streaming(4, 60)}) {
      Sequence s = decoder.start(compute, kept);
      s.feed(Shapes.tokens(random, 400));
      long bytes = s.cacheBytes();
      s.feed(Shapes.tokens(random, 1200));
      assertEquals(bytes, s.cacheBytes());
      assertEquals(1600, s.length());
      assertEquals(64, kept.held());
      assertTrue(bytes <= 2L * 3 * 80 * 2 * HEAD * Float.BYTES, kept + ": " + bytes);
      assertTrue(bytes >= 2L * 2 * 64 * 2 * HEAD * Float.BYTES, kept + ": " + bytes);
    }
  }

  @Test
  void growingAnglesAreThoseOfEachTokensOwnLength() {
    for (int seed = 0; seed < 16; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int trained = 4 + random.below(8);
      DynamicNtkScaling scaling = new DynamicNtkScaling(1 + random.below(3), trained);
      RotaryPositions growing =
          RotaryPositions.growing(
              n -> Rope.of(HEAD, 100, scaling, n, Rope.Pairing.INTERLEAVED), trained);
      int[] tokens = Shapes.tokens(random, 30);
      Decoder plain = llama(1, new SeededRandom(seed));
      Decoder deep = turned(llama(3, new SeededRandom(seed)), growing);
      for (Compute compute : Computes.all()) {
        float[][] grown = feed(turned(plain, growing).start(compute, 30), random, tokens);
        for (int n = 1; n <= tokens.length; n++) { // from scratch, by the length of each
          Rope rope = Rope.of(HEAD, 100, scaling, n, Rope.Pairing.INTERLEAVED);
          Decoder fixed = turned(plain, new RotaryPositions(rope));
          float[] scratch = fixed.start(compute, n).next(Arrays.copyOf(tokens, n)).row(0);
          assertArrayEquals(scratch, grown[n - 1], 2e-5f, "seed " + seed + ", token " + n);
        }
        float[][] once = deep.start(compute, 30).feed(tokens).toArray();
        assertArrayEquals(once, feed(deep.start(compute, 30), random, tokens), "any cut");
        Sequence back = deep.start(compute, 30);
        back.feed(tokens);
        back.truncate(11);
        assertArrayEquals(once[11], back.next(tokens[11]).row(0), "and after going back");
      }
    }
  }

  /** On both sides of where the table begins to grow, and of where it ends. */
  @Test
  void positionsBeyondTheTableAreTheSame() {
    int most = RotaryPositions.MOST;
    int last = Integer.MAX_VALUE;
    for (Rope.Pairing pairing : Rope.Pairing.values()) {
      Rope rope = Rope.of(HEAD, pairing);
      for (int first : new int[] {0, 61, 62, 63, 64, 300, most - 3, most - 2, most, last - 2}) {
        Matrix x = new SeededRandom(first).gaussian(3, HEAD, 1);
        Matrix y = x.copy();
        new RotaryPositions(rope).rotate(x, first);
        rope.rotate(y, first);
        assertArrayEquals(y.toArray(), x.toArray(), "from " + first);
      }
    }
  }

  /** The last token looks by the angles of the whole text, and what is explained is what is fed. */
  @Test
  void anglesThatGrowAreExplained() {
    for (int seed = 0; seed < 12; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int trained = 4;
      DynamicNtkScaling ntk = new DynamicNtkScaling(1, trained);
      IntFunction<Rope> of = n -> Rope.of(HEAD, 100, ntk, n, Rope.Pairing.INTERLEAVED);
      Decoder one = llama(1, random);
      Decoder grows = turned(one, RotaryPositions.growing(of, trained));
      int n = 1 + random.below(20);
      int[] tokens = Shapes.tokens(random, n);
      Compute compute = Computes.all().get(seed % Computes.all().size());
      Trace trace = grows.explain(compute, tokens);
      Matrix logits = Matrix.zeros(n, 23);
      grows.head().apply(compute, trace.output(), logits);
      float[][] fed = grows.start(compute, n).feed(tokens).toArray();
      Trace still = turned(one, new RotaryPositions(of.apply(n))).explain(compute, tokens);
      for (int t = 0; t < 4; t++) {
        Matrix weights = trace.layers().get(0).attentionWeights().get(0).get(t);
        Matrix whole = still.layers().get(0).attentionWeights().get(0).get(t);
        assertArrayEquals(whole.row(n - 1), weights.row(n - 1), 1e-6f, "seed " + seed);
        for (int i = 0; i < n; i++) {
          assertArrayEquals(fed[i], logits.row(i), 2e-5f, "seed " + seed + ", token " + i);
          float sum = 0;
          for (float x : weights.row(i)) {
            sum += x;
          }
          assertEquals(1, sum, 1e-5f);
        }
      }
    }
  }

  @Test
  void whatCantForgetSaysSo() {
    SeededRandom random = new SeededRandom(6);
    Decoder decoder = llama(1, random);
    Compute compute = Computes.all().get(1);
    Sequence s = decoder.start(compute, Retention.streaming(1, 3));
    s.feed(1, 2, 3);
    s.truncate(3);
    refused("can't go back to 2", () -> s.truncate(2));
    s.feed(4, 5, 6);
    for (int length : new int[] {4, 5}) { // as many as it keeps, but not those
      refused("can't go back to " + length, () -> s.truncate(length));
    }
    refused("window is 0", () -> Retention.window(0));
    refused("sinks is -1", () -> Retention.streaming(-1, 3));
    refused("sinks is 2147483647", () -> Retention.streaming(Integer.MAX_VALUE, 1));
    for (Retention.Kind kind : new Retention.Kind[] {Retention.Kind.ALL, Retention.Kind.WINDOW}) {
      refused("sinks is 1: it must be in 0..0", () -> new Retention(kind, 9, 1, 3));
    }
    refused(
        "unchangedTo is -1",
        () -> RotaryPositions.growing(n -> Rope.of(HEAD, Rope.Pairing.INTERLEAVED), -1));
    refused("capacity is 0", () -> Retention.all(0));
    refused(
        "the layers' mask is",
        () -> decoder.with(Mask.slidingWindow(3)).start(compute, Retention.window(3)));
    decoder.with(Mask.slidingWindow(3)).start(compute, Retention.all(3)); // forgets nothing itself
    RotaryPositions growing =
        RotaryPositions.growing(n -> Rope.of(HEAD, Rope.Pairing.INTERLEAVED), 4);
    Decoder grows = turned(decoder, growing);
    refused("grow with the text", () -> grows.start(compute, Retention.window(3)));
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            1,
            14,
            new ModelShape.Attention(2, 2, HEAD),
            ModelShape.FeedForward.dense(20),
            new ModelShape.Embedding(23, true, 0, 0));
    Decoder t5 = Initial.decoder(TransformerConfig.t5(shape), random);
    refused("told by turning", () -> t5.start(compute, Retention.window(3)));
  }
}
