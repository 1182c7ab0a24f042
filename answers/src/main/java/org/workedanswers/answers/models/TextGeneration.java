package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.core.Check;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.tokenizers.TokenStream;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.LlamaConfig;
import org.workedanswers.transformer.Retention;
import org.workedanswers.transformer.Sequence;
import org.workedanswers.transformer.Storage;
import org.workedanswers.transformer.sampling.Sampler;
import org.workedanswers.transformer.sampling.SamplerSettings;
import org.workedanswers.transformer.sampling.SamplerTrace;

/**
 * Lets a model go on with a text, and counts and times it.
 *
 * @param sampler how a token is drawn
 * @param tokens how many are written at most
 * @param storage how weights are held
 * @param scale positions beyond the length of the training, if they are wanted
 * @param adapter what is beside the weights, or merged into them, if anything is
 * @param window what a text beyond the model's context keeps, if one is wanted
 * @param explained for how many tokens the sampler tells how they were drawn
 */
public record TextGeneration(
    SamplerSettings sampler,
    int tokens,
    Storage storage,
    Optional<ContextScale> scale,
    Optional<AdapterFile> adapter,
    Optional<Retention> window,
    int explained) {
  private static final int LISTED = 4; // candidates of a step

  /** Why a text ended. */
  public enum End {
    /** It has as many tokens as were asked for. */
    ENOUGH,
    /** The model ended it. */
    END_TOKEN,
    /** The model's context was full. */
    CONTEXT
  }

  /**
   * What was done.
   *
   * @param read tokens of the prompt, those before it among them
   * @param written tokens of the text, the end token among them
   * @param readSeconds the time until the first token can be drawn
   * @param writeSeconds the time from the first token that is written to the last; both times have
   *     in them what Java takes to warm up
   * @param weightBytes bytes of the weights as they were held
   * @param cacheBytes bytes of the keys and values
   * @param longest how many tokens a sequence may have
   * @param end why the text ended
   * @param traces how the first tokens were drawn
   */
  public record Outcome(
      int read,
      List<Integer> written,
      double readSeconds,
      double writeSeconds,
      long weightBytes,
      long cacheBytes,
      int longest,
      End end,
      List<SamplerTrace> traces) {}

  /** Checks the count. */
  public TextGeneration {
    Check.range("tokens", tokens, 0, 1 << 24);
  }

  /**
   * Writes.
   *
   * @param text gets the prompt and what follows it, as it comes
   * @throws IllegalArgumentException if the prompt does not fit, memory does not suffice, or the
   *     file is not what it says
   */
  public Outcome write(
      DecoderFile file,
      String prompt,
      Compute compute,
      SeededRandom random,
      Consumer<String> text) {
    int[] given = file.tokens().encode(prompt);
    Check.that(
        given.length > 0, "the model has no token of the beginning: an empty text has no token");
    LlamaConfig config = file.config();
    int reach = scale.map(s -> s.longest(config)).orElse(config.context());
    window.ifPresent(
        w ->
            Check.that(
                w.held() <= reach,
                "%d sinks and a window of %d pass the model's context of %d",
                w.sinks(),
                w.window(),
                reach));
    int longest = window.map(Retention::capacity).orElse(reach);
    Check.that(
        given.length <= longest,
        "the text has %d tokens and the model's context %d%s",
        given.length,
        longest,
        scale.isPresent()
            ? ""
            : ": --scale, as in --scale yarn:4, reaches further, --window and --sinks forget");
    int capacity = (int) Math.min(longest, (long) given.length + tokens);
    Retention kept = window.orElse(Retention.all(capacity));
    DecoderFile scaled = scale.map(s -> file.with(s.apply(config, kept.held()))).orElse(file);
    Decoder decoder =
        adapter
            .map(a -> scaled.decoder(storage, kept.held(), a, compute.kernels()))
            .orElseGet(() -> scaled.decoder(storage, kept.held()));
    Run run = new Run(file.tokens(), decoder.start(compute, kept), random, text);
    try {
      return run.run(given, longest, weightBytes(decoder));
    } catch (
        IllegalArgumentException e) { // numbers that are not finite, met by whoever looks first
      String why =
          adapter
              .map(a -> a.suspicion(config))
              .orElse("the model's file may be damaged, or hold numbers too large for float32");
      throw new IllegalArgumentException(e.getMessage() + "; " + why, e);
    }
  }

  private static long weightBytes(Decoder decoder) {
    return decoder.embeddings().words().bytes()
        + decoder.stack().layers().stream().mapToLong(l -> l.bytes()).sum()
        + decoder.head().bytes();
  }

  /** One text. */
  private final class Run {
    private final TextTokens vocabulary;
    private final Sequence sequence;
    private final SeededRandom random;
    private final Consumer<String> text;
    private final Sampler drawing = new Sampler(sampler);
    private final List<SamplerTrace> traces = new ArrayList<>();

    Run(TextTokens vocabulary, Sequence sequence, SeededRandom random, Consumer<String> text) {
      this.vocabulary = vocabulary;
      this.sequence = sequence;
      this.random = random;
      this.text = text;
    }

    Outcome run(int[] prompt, int longest, long weightBytes) {
      TokenStream stream = new TokenStream(vocabulary.tokenizer());
      for (int i = 0; i < prompt.length; i++) {
        String given = stream.next(prompt[i]);
        text.accept(i < vocabulary.before().size() ? "" : given); // <|begin_of_text|> is no text
      }
      int room = sequence.capacity() - prompt.length + 1; // the last one is not fed
      int[] all = Arrays.copyOf(prompt, prompt.length + Math.min(tokens, room));
      int length = prompt.length;
      long start = System.nanoTime();
      float[] logits = sequence.next(prompt).data();
      long known = System.nanoTime();
      long first = known;
      boolean ended = false;
      while (length < all.length && !ended) {
        if (length > prompt.length) {
          logits = sequence.next(all[length - 1]).data();
        }
        int token = draw(logits, all, length);
        all[length++] = token;
        first = length == prompt.length + 1 ? System.nanoTime() : first;
        ended = vocabulary.ends().contains(token);
        if (!ended) {
          text.accept(stream.next(token));
        }
      }
      text.accept(stream.finish());
      int written = length - prompt.length;
      return new Outcome(
          prompt.length,
          Arrays.stream(all, prompt.length, length).boxed().toList(),
          (known - start) * 1e-9,
          (System.nanoTime() - first) * 1e-9,
          weightBytes,
          sequence.cacheBytes(),
          longest,
          ended ? End.END_TOKEN : written < tokens ? End.CONTEXT : End.ENOUGH,
          List.copyOf(traces));
    }

    private int draw(float[] logits, int[] all, int length) {
      // A model may have more rows than its tokenizer has tokens, for a size that suits machines.
      Arrays.fill(logits, vocabulary.tokenizer().size(), logits.length, Float.NEGATIVE_INFINITY);
      if (traces.size() == explained) {
        return drawing.next(logits, all, length, random);
      }
      SamplerTrace trace = drawing.explain(logits, Arrays.copyOf(all, length), random, LISTED);
      traces.add(trace);
      return trace.drawn().token();
    }
  }

  /** How a token was drawn, as a table. */
  public static Table table(int index, SamplerTrace trace, TextTokens vocabulary) {
    Table table =
        Table.of(
            String.format(
                Locale.ROOT,
                "Token %d, drawn: %s, probability %.4f",
                index + 1,
                piece(trace.drawn().token(), vocabulary),
                trace.drawn().probability()),
            "step",
            "tokens left",
            "probability kept",
            "the likeliest");
    for (SamplerTrace.Stage stage : trace.stages()) {
      List<String> best = new ArrayList<>();
      for (SamplerTrace.Candidate c : stage.best()) {
        best.add(
            String.format(Locale.ROOT, "%s %.4f", piece(c.token(), vocabulary), c.probability()));
      }
      table.row(
          stage.step(),
          stage.left(),
          String.format(Locale.ROOT, "%.4f", stage.kept()),
          String.join(", ", best));
    }
    return table;
  }

  private static String piece(int token, TextTokens vocabulary) {
    return '"' + Text.printable(vocabulary.tokenizer().piece(token)) + '"';
  }
}
