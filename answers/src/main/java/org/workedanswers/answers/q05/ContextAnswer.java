package org.workedanswers.answers.q05;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Band;
import org.workedanswers.attention.Counts;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.GlobalTokens;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.RollingKvCache;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.transformer.Retention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Question 5, worked: what a long context costs, and flash attention block by block. */
@Command(name = "5")
public final class ContextAnswer extends Answer {
  private static final int K = 1024;

  /** d_k = d_v of the tables: the width of a head in Llama and Mistral. */
  private static final int WIDTH = 128;

  @Option(
      names = "--sentence",
      paramLabel = "TEXT",
      description = "the sentence for the walk through blocks (default: ${DEFAULT-VALUE})")
  private String sentence = "She left the bank and sat down on the bank of the river.";

  @Option(
      names = "--head",
      paramLabel = "H",
      description = "its head, 0 to 11 (default: ${DEFAULT-VALUE})")
  private int head = 4;

  @Option(
      names = "--token",
      paramLabel = "I",
      description =
          "the query that is followed, 0 for [CLS] (default: the eleventh token, or the last"
              + " of fewer)")
  private Integer token;

  @Option(
      names = "--block",
      paramLabel = "B",
      description = "keys and queries a block in the walk (default: ${DEFAULT-VALUE})")
  private int block = 4;

  @Option(
      names = "--window",
      paramLabel = "W",
      description = "keys of the window, the token's own among them (default: ${DEFAULT-VALUE})")
  private int window = 4;

  @Option(
      names = "--longest",
      paramLabel = "N",
      description = "the longest context that is timed, in tokens (default: ${DEFAULT-VALUE})")
  private int longest = 2 * K;

  @Override
  public int question() {
    return 5;
  }

  @Override
  public String title() {
    return Questions.title(5);
  }

  @Override
  public String asked() {
    return "Why is a context of a million tokens hard when one of two thousand is easy, and what"
        + " makes it possible: other arithmetic in the same result, or looking at less?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Check.range("--head", head, 0, MiniLm.HEADS - 1);
    Check.range("--block", block, 1, 4096);
    Check.range("--window", window, 1, 1 << 20);
    Check.range("--longest", longest, 64, 16 * K);
    FlashWalk walk = FlashWalk.of(bench, sentence, head, token, block);
    sheet.formula(
        "scores:           n² numbers, n² d_k multiply-adds    (n tokens, one head)",
        "by blocks:        the same multiply-adds, 2 numbers kept a token: m and ℓ",
        "window of w keys: n w d_k multiply-adds, and each layer reaches w - 1 tokens further");
    costs(sheet, bench);
    walk.show(sheet, bench);
    times(sheet, bench);
    masks(sheet, bench);
    reach(sheet, bench);
    LongerShown.show(sheet);
    sheet.heading("In code");
    sheet.text(
        "The largest score so far is taken off a row, and what was gathered before brought down:");
    sheet.code(FlashAttention.class, "online");
  }

  private static void costs(Worksheet sheet, Workbench bench) {
    Attention plain = new PlainAttention(bench.kernels());
    Attention flash = new FlashAttention(bench.kernels());
    sheet.heading("What a context costs");
    Table table =
        Table.of(
            "One head of width 128 in float32",
            "context",
            "Q, K, V and output",
            "scores at once",
            "flash scratch",
            "multiply-adds");
    for (int n : new int[] {2 * K, 8 * K, 32 * K, 128 * K, K * K}) {
      table.row(
          n < K * K ? n / K + "K" : n / K / K + "M",
          Numbers.bytes(4.0 * n * 4 * WIDTH),
          Numbers.bytes((double) plain.scratchBytes(n, n, WIDTH, WIDTH)),
          Numbers.bytes((double) flash.scratchBytes(n, n, WIDTH, WIDTH)),
          Numbers.shortest(2.0 * n * n * WIDTH));
    }
    sheet.table(table);
    sheet.text(
        "The scores outgrow everything else; the multiply-adds stay whichever way they are done."
            + " A model has such a head many times over: 32 in each of 32 layers of a Llama of 7"
            + " billion parameters.");
  }

  private void masks(Worksheet sheet, Workbench bench) {
    sheet.heading("Looking at less");
    sheet.text(
        "Which keys (columns) a query (row) may attend to, for ten tokens. A window counts the"
            + " token's own key: a window of 4 keys is the token and 3 before it. The last mask has a"
            + " window of one key to each side, and its first token is global: it sees all and is"
            + " seen by all.");
    List<HeatMap> maps = new ArrayList<>();
    for (Named each : shown()) {
      maps.add(new HeatMap(each.name(), picture(each.mask()), 1, List.of(), List.of()));
    }
    sheet.heatMaps(maps);
    int n = 2 * K;
    Table table =
        Table.of(
            "2,048 tokens by flash attention in blocks of 64 x 64",
            "mask",
            "pairs attended",
            "of n²",
            "scores computed",
            "time");
    Matrix x = bench.random("q5.masks").gaussian(n, MiniLm.WIDTH / MiniLm.HEADS, 1);
    FlashAttention flash = new FlashAttention(bench.kernels());
    Matrix output = Matrix.zeros(n, x.cols());
    for (Named each : shown()) {
      Counts counts = flash.attend(x, x, x, each.mask(), output);
      table.row(
          each.name(),
          Numbers.count(counts.attended()),
          Numbers.fixed(100.0 * counts.attended() / n / n, 2) + " %",
          Numbers.count(counts.scored()),
          Clock.time(() -> flash.attend(x, x, x, each.mask(), output)));
    }
    sheet.table(table);
    sheet.text(
        "Scores are computed in whole blocks, so a narrow window pays for more pairs than it"
            + " attends to; blocks that a mask leaves empty are not looked at.");
  }

  private record Named(String name, Mask mask) {}

  private List<Named> shown() {
    Band local = Mask.slidingWindow(window);
    GlobalTokens global = Mask.windowWithGlobal(Mask.window(1, 1), 0);
    return List.of(
        new Named("full", Mask.full()),
        new Named("causal", Mask.causal()),
        new Named(local.toString(), local),
        new Named("window and global", global));
  }

  private static Matrix picture(Mask mask) {
    Matrix picture = Matrix.zeros(10, 10);
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 10; j++) {
        picture.set(i, j, mask.allowed(i, j) ? 1 : 0);
      }
    }
    return picture;
  }

  private void reach(Worksheet sheet, Workbench bench) {
    sheet.heading("How far a window reaches");
    sheet.text(
        "The first of 64 tokens is changed; this is the last position whose output differs in any"
            + " bit, layer by layer. What one layer hides, the next one passes on.");
    Table table = Table.of("", "window", "layer 1", "layer 2", "layer 3", "layer 4", "a layer");
    List<Integer> windows = new ArrayList<>(List.of(2, 3, 8));
    if (!windows.contains(window) && window <= 16) {
      windows.add(window);
    }
    for (int w : windows) {
      int[] farthest = ContextClaims.farthest(bench, Mask.slidingWindow(w));
      table.row(
          "w = " + w + " keys",
          farthest[0],
          farthest[1],
          farthest[2],
          farthest[3],
          "+ " + (farthest[3] - farthest[2]));
    }
    sheet.table(table);
    sheet.text(
        "Mistral 7B has windows of 4,096 and 32 layers. Its paper counts i - W to i, which are W + 1"
            + " keys, and comes to 4,096 · 32 = 131,072 tokens; with 4,096 keys in all it is 4,095 ·"
            + " 32 = 131,040.");
  }

  private void times(Worksheet sheet, Workbench bench) {
    sheet.heading("Counted and timed");
    Table table =
        Table.of(
            "One head of width 32, one thread, kernels " + bench.kernels().name(),
            "tokens",
            "form",
            "mask",
            "multiply-adds",
            "scratch",
            "time");
    Attention plain = new PlainAttention(bench.kernels());
    Attention flash = new FlashAttention(bench.kernels());
    Matrix first = Matrix.zeros(longest / 4, MiniLm.WIDTH / MiniLm.HEADS);
    for (int i = 0; i < 4; i++) { // the JIT's time is not the forms'
      Clock.best(() -> plain.attend(first, first, first, Mask.full()));
      Clock.best(() -> flash.attend(first, first, first, Mask.causal()));
    }
    for (int n : new int[] {longest / 4, longest / 2, longest}) {
      Matrix x = bench.random("q5.times").gaussian(n, MiniLm.WIDTH / MiniLm.HEADS, 1);
      for (Mask mask : List.of(Mask.full(), Mask.causal())) {
        for (Attention form : List.of(plain, flash)) {
          Matrix output = Matrix.zeros(n, x.cols());
          Counts counts = form.attend(x, x, x, mask, output);
          table.row(
              Numbers.count(n),
              form.name(),
              mask,
              Numbers.count(counts.multiplyAdds()),
              Numbers.bytes((double) counts.scratchBytes()),
              Clock.time(() -> form.attend(x, x, x, mask, output)));
        }
      }
    }
    sheet.table(table);
    sheet.text(
        "This flash form saves memory first: time only where it leaves whole blocks out, or the"
            + " scores outgrow the caches. The library's fast form is TiledAttention, which packs keys"
            + " and values once: ./study bench attention.");
  }

  @Override
  public List<Claim> claims() {
    return ContextClaims.all();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 5 --block 1: a block for each pair; m and ℓ move with every key",
        "./study 5 --block 16: one block holds the whole sentence, and flash is plain",
        "./study 5 --window 64 --longest 8192",
        "./study context --model FILE --text FILE: what a model of yours loses beyond its training",
        "./study generate --model FILE --window 508 --sinks 4: a text longer than what is kept",
        "./study bench attention: plain and flash by JMH, with their allocation");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        PlainAttention.class,
        FlashAttention.class,
        Mask.class,
        Band.class,
        GlobalTokens.class,
        RopeScaling.class,
        RollingKvCache.class,
        Retention.class);
  }
}
