package org.workedanswers.answers.q04;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Plot;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.AttentionTrace;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.attention.Softmax;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Question 4, worked: a sentence through the heads of MiniLM's first layer. */
@Command(name = "4")
public final class AttentionAnswer extends Answer {
  /** The most tokens whose heat map fits the page. */
  private static final int WIDEST_MAP = 40;

  /** The most keys that a row is shown with. */
  private static final int MOST_KEYS = 32;

  /** Weights from here on have the darkest shade. */
  private static final float DARKEST = 0.5f;

  @Option(
      names = "--sentence",
      paramLabel = "TEXT",
      description = "the sentence (default: ${DEFAULT-VALUE})")
  private String sentence = AttentionClaims.SENTENCE;

  @Option(
      names = "--head",
      paramLabel = "H",
      description =
          "the head that is worked step by step, 0 to 11 (default: the one found by"
              + " looking for the strongest link between two words that stand apart)")
  private Integer head;

  @Option(
      names = "--token",
      paramLabel = "I",
      description = "the token whose row is worked, 0 for [CLS] (default: found with the head)")
  private Integer token;

  @Override
  public int question() {
    return 4;
  }

  @Override
  public String title() {
    return Questions.title(4);
  }

  @Override
  public String asked() {
    return "How does a token decide which others to take from, and how much of each? And why is the"
        + " square root of d_k in the formula?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    MiniLm.FirstLayer layer = MiniLm.model().firstLayer(bench.kernels(), sentence);
    List<AttentionTrace> heads = AttentionClaims.heads(bench.kernels(), sentence);
    List<String> tokens = layer.tokens().text();
    Link link = chosen(heads, tokens);
    sheet.formula(
        "scores  = Q Kᵀ                    [n x n]    one number for each pair of tokens",
        "weights = softmax(scores / √d_k)  [n x n]    each row sums to 1",
        "output  = weights V               [n x d_v]  a mean of the values, weighted");
    steps(sheet, layer, heads, link);
    row(sheet, heads, tokens, link);
    maps(sheet, heads, tokens, link);
    scaling(sheet, bench);
    sheet.heading("In code");
    sheet.code(PlainAttention.class, "explain");
    sheet.code(PlainAttention.class, "weigh");
  }

  /** One query's strongest attention: a head, a query, a key. */
  private record Link(int head, int query, int key, float weight) {}

  private Link chosen(List<AttentionTrace> heads, List<String> tokens) {
    Check.that(
        head == null || (head >= 0 && head < MiniLm.HEADS),
        "--head is %s: it must be in 0..%d",
        head,
        MiniLm.HEADS - 1);
    Check.that(
        token == null || (token >= 0 && token < tokens.size()),
        "--token is %s: the sentence's %d tokens are 0..%d",
        token,
        tokens.size(),
        tokens.size() - 1);
    Check.that(
        tokens.size() >= 5,
        "--sentence has %d tokens with [CLS] and [SEP]: it must have at least three words",
        tokens.size());
    if (token == null) {
      Link apart = null;
      for (int i = 0; i < tokens.size(); i++) {
        for (int j = 0; j < tokens.size(); j++) {
          if (linksWords(tokens, i, j)) {
            apart = strongest(apart, heads, i, j);
          }
        }
      }
      if (apart != null) {
        return apart;
      }
    }
    Link any = null;
    int query = token == null ? 0 : token; // without two words that stand apart: [CLS]
    for (int j = 0; j < tokens.size(); j++) {
      any = strongest(any, heads, query, j);
    }
    return any;
  }

  /** The stronger of a link and those from query i to key j in the head asked for, or in any. */
  private Link strongest(Link best, List<AttentionTrace> heads, int i, int j) {
    Link strongest = best;
    for (int h = 0; h < heads.size(); h++) {
      float weight = heads.get(h).weights().get(i, j);
      boolean asked = head == null || head == h;
      if (asked && (strongest == null || weight > strongest.weight())) {
        strongest = new Link(h, i, j, weight);
      }
    }
    return strongest;
  }

  /** Two different words, not side by side, neither a mark of the tokenizer nor of punctuation. */
  private static boolean linksWords(List<String> tokens, int i, int j) {
    return Math.abs(i - j) > 1
        && !tokens.get(i).equals(tokens.get(j))
        && tokens.get(i).matches("\\p{L}{3,}")
        && tokens.get(j).matches("\\p{L}{3,}");
  }

  private static void steps(
      Worksheet sheet, MiniLm.FirstLayer layer, List<AttentionTrace> heads, Link link) {
    int n = layer.tokens().count();
    sheet.heading("From a sentence to queries, keys and values");
    sheet.text(
        "all-MiniLM-L6-v2 cuts the sentence into "
            + n
            + " tokens. Its first layer has 12 heads of width d_k = 32, each with its own 32 columns"
            + " of Q, K and V.");
    AttentionTrace t = heads.get(link.head());
    sheet.table(
        Table.of("", "step", "shape", "what it is")
            .row("x", layer.input(), "word + position + type embedding, normalised")
            .row(
                "Q = x W_Q + b_Q",
                layer.query(),
                "what each token looks for, 12 heads side by side")
            .row("K = x W_K + b_K", layer.key(), "what each token offers to be found by")
            .row("V = x W_V + b_V", layer.value(), "what each token hands over")
            .row("Q Kᵀ of one head", t.scores(), "[n x 32] times [32 x n]: n x n scores")
            .row("softmax(Q Kᵀ/√32)", t.weights(), "weights, each row sums to 1")
            .row("weights times V", t.output(), "one head's output")
            .row("all 12 heads", layer.attended(), "their outputs side by side, ready for W_O"));
  }

  private void row(Worksheet sheet, List<AttentionTrace> heads, List<String> tokens, Link link) {
    AttentionTrace t = heads.get(link.head());
    String query = tokens.get(link.query());
    sheet.heading(
        "One row of it: token " + link.query() + ", \"" + query + "\", in head " + link.head());
    boolean found = head == null && token == null && linksWords(tokens, link.query(), link.key());
    sheet.text(
        (found
                ? "Of all heads and all pairs of words that stand apart, this is the strongest link"
                    + " that the layer makes: \""
                : "Its strongest link is \"")
            + query
            + "\" to \""
            + tokens.get(link.key())
            + "\". The last column is what the same scores give without the scale.");
    double[] unscaled = Softmax.of(HeadProfile.doubles(t.scores(), link.query()));
    float[] weights = t.weights().row(link.query());
    Table table = Table.of("", "key", "token", "q·k", "q·k/√32", "weight", "not scaled");
    for (int j = 0; j < tokens.size(); j++) {
      if (rank(weights, j) < MOST_KEYS) {
        table.row(
            j,
            tokens.get(j),
            Numbers.fixed(t.scores().get(link.query(), j), 2),
            Numbers.fixed(t.scaled().get(link.query(), j), 2),
            Numbers.fixed(weights[j], 3),
            Numbers.fixed(unscaled[j], 3));
      }
    }
    sheet.table(table);
    if (tokens.size() > MOST_KEYS) {
      sheet.text("These are the " + MOST_KEYS + " heaviest of " + tokens.size() + " keys.");
    }
  }

  /** How many weights are larger than that of key j, or as large and before it. */
  private static int rank(float[] weights, int j) {
    int rank = 0;
    for (int other = 0; other < weights.length; other++) {
      boolean ahead = weights[other] == weights[j] && other < j;
      rank += weights[other] > weights[j] || ahead ? 1 : 0;
    }
    return rank;
  }

  private static void maps(
      Worksheet sheet, List<AttentionTrace> heads, List<String> tokens, Link link) {
    List<HeadProfile> profiles = new ArrayList<>();
    for (int h = 0; h < heads.size(); h++) {
      profiles.add(HeadProfile.of(h, heads.get(h)));
    }
    int n = Math.min(WIDEST_MAP, tokens.size());
    sheet.heading("Four heads, four habits");
    sheet.text(
        "A row is a query, a column a key; rows sum to 1. Chosen by the table below: the head that"
            + " looks most at the token before, the one with the link above, the one that rests most"
            + " on [CLS], the one that is most even."
            + (n < tokens.size() ? " Only the first " + n + " tokens fit the page." : ""));
    Set<Integer> shown = new LinkedHashSet<>();
    shown.add(most(profiles, HeadProfile::before));
    shown.add(link.head());
    shown.add(most(profiles, HeadProfile::first));
    shown.add(most(profiles, HeadProfile::bits));
    List<HeatMap> maps = new ArrayList<>();
    List<String> labels = tokens.subList(0, n);
    for (int h : shown) {
      Matrix w = heads.get(h).weights().rows(0, n).columns(0, n);
      maps.add(new HeatMap("head " + h, w, DARKEST, labels, labels));
    }
    sheet.heatMaps(maps);
    Table table =
        Table.of(
            "All heads, means over the queries; ‖J‖ is the norm of the softmax's Jacobian",
            "head",
            "token before",
            "itself",
            "[CLS]",
            "entropy, bits",
            "spread of q·k",
            "‖J‖",
            "‖J‖ not scaled");
    for (HeadProfile p : profiles) {
      table.row(
          p.head(),
          Numbers.fixed(p.before(), 2),
          Numbers.fixed(p.self(), 2),
          Numbers.fixed(p.first(), 2),
          Numbers.fixed(p.bits(), 2),
          Numbers.fixed(p.spread(), 1),
          Numbers.fixed(p.norm(), 3),
          Numbers.fixed(p.normUnscaled(), 3));
    }
    sheet.table(table);
  }

  private interface Trait {
    double of(HeadProfile profile);
  }

  private static int most(List<HeadProfile> profiles, Trait trait) {
    HeadProfile best = profiles.get(0);
    for (HeadProfile p : profiles) {
      best = trait.of(p) > trait.of(best) ? p : best;
    }
    return best.head();
  }

  private static void scaling(Worksheet sheet, Workbench bench) {
    sheet.heading("Why the scale");
    sheet.text(
        "A gradient passes the softmax by its Jacobian J = diag(p) - p pᵀ. Where one weight is"
            + " nearly 1 all of J is nearly 0, and nothing is learned there. A dot product of d_k"
            + " terms has a spread of √d_k, so that wide queries get there by width alone; divided"
            + " by √d_k they do not.");
    int[] widths = {4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
    double[] x = new double[widths.length];
    double[] scaled = new double[widths.length];
    double[] unscaled = new double[widths.length];
    for (int i = 0; i < widths.length; i++) {
      AttentionClaims.Norms norms = AttentionClaims.norms(bench, widths[i], Scale.INVERSE_ROOT);
      x[i] = widths[i];
      scaled[i] = norms.scaled();
      unscaled[i] = norms.unscaled();
    }
    sheet.plot(
        new Plot("Median norm of J, random queries over 64 keys", "d_k", true, "‖J‖", true)
            .curve("scaled", x, scaled)
            .curve("not scaled", x, unscaled));
  }

  @Override
  public List<Claim> claims() {
    return AttentionClaims.all();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 4 --sentence \"Time flies like an arrow, fruit flies like a banana.\"",
        "./study 4 --head 2 --token 5: a head that is saturated although it is scaled; it learned to"
            + " be",
        "./study 4 --head 10: another head that links the same two words",
        "./study 5 for what happens to n x n when n grows");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        PlainAttention.class,
        Attention.class,
        Scale.class,
        Softmax.class,
        org.workedanswers.attention.MultiHead.class);
  }
}
