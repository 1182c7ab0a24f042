package org.workedanswers.answers.q02;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.LayerTrace;

/**
 * What MiniLM's heads look at: of each head, the share of its attention that goes to each {@link
 * Relation}, the mean over all words of several sentences.
 *
 * @param halves for the sentences of even and of odd number: by layer, by head, by relation
 */
record HeadProfiles(double[][][][] halves) {
  /** What a key is to a query; the first one that fits counts. */
  enum Relation {
    /** The mark at the beginning. */
    CLS("[CLS]"),
    /** The mark at the end. */
    SEP("[SEP]"),
    /** The same position. */
    ITSELF("itself"),
    /** The same word elsewhere. */
    SAME("same word"),
    /** A full stop or a comma. */
    MARK("punctuation"),
    /** The position before. */
    BEFORE("1 before"),
    /** The position after. */
    AFTER("1 after"),
    /** Two or three positions before. */
    NEAR_BEFORE("2-3 before"),
    /** Two or three positions after. */
    NEAR_AFTER("2-3 after"),
    /** More than three before. */
    FAR_BEFORE("farther before"),
    /** More than three after. */
    FAR_AFTER("farther after");

    private final String words;

    Relation(String words) {
      this.words = words;
    }

    /** In words, as a column's head. */
    String words() {
      return words;
    }

    static Relation of(List<String> tokens, int query, int key) {
      String text = tokens.get(key);
      if (text.equals("[CLS]")) {
        return CLS;
      }
      if (text.equals("[SEP]")) {
        return SEP;
      }
      if (query == key) {
        return ITSELF;
      }
      if (text.equals(tokens.get(query))) {
        return SAME;
      }
      if (text.matches("\\p{Punct}")) {
        return MARK;
      }
      int distance = key - query;
      if (Math.abs(distance) == 1) {
        return distance < 0 ? BEFORE : AFTER;
      }
      if (Math.abs(distance) <= 3) {
        return distance < 0 ? NEAR_BEFORE : NEAR_AFTER;
      }
      return distance < 0 ? FAR_BEFORE : FAR_AFTER;
    }
  }

  private static final List<Relation> RELATIONS = List.of(Relation.values());

  /** The sentences that heads are told apart by. */
  static final List<String> SENTENCES =
      List.of(
          "The old man put his hat on the table and left the room.",
          "When the rain stopped, the children ran down to the river.",
          "A doctor who treats animals is called a vet.",
          "He said that the bridge was closed, but the bridge was open.",
          "Water boils at a lower temperature in the mountains.",
          "Our train was late again, so we missed the beginning of the play.",
          "The cook tasted the soup and added a little more salt.",
          "She knows the city well because she grew up there.",
          "Most birds sing in the morning, and some birds sing at night.",
          "The committee will publish its report in the spring.");

  /** What a layer's heads are replaced by before they are judged; as they are where it is right. */
  interface Heads {
    List<Matrix> of(List<Matrix> weights);
  }

  /**
   * MiniLM's heads, and the same shuffled.
   *
   * @param real as they are
   * @param shuffled for each query the layer's heads are dealt anew, so that a head is no longer
   *     one head from word to word
   */
  record Both(HeadProfiles real, HeadProfiles shuffled) {}

  /** Runs the sentences through MiniLM. */
  static Both both(Workbench bench, Heads heads) {
    Compute compute = Compute.plain(bench.kernels(), bench.loop());
    SeededRandom random = bench.random("q2.heads");
    int relations = RELATIONS.size();
    double[][][][] real = new double[2][MiniLm.LAYERS][MiniLm.HEADS][relations];
    double[][][][] shuffled = new double[2][MiniLm.LAYERS][MiniLm.HEADS][relations];
    for (int s = 0; s < SENTENCES.size(); s++) {
      MiniLm.Tokens tokens = MiniLm.model().tokens(SENTENCES.get(s));
      List<LayerTrace> layers = MiniLm.model().encoder().explain(compute, tokens.ids()).layers();
      for (int l = 0; l < layers.size(); l++) {
        List<Matrix> weights = heads.of(layers.get(l).attentionWeights().get(0));
        add(weights, tokens.text(), null, real[s % 2][l]);
        add(weights, tokens.text(), random, shuffled[s % 2][l]);
      }
    }
    return new Both(new HeadProfiles(normalised(real)), new HeadProfiles(normalised(shuffled)));
  }

  /** Makes each profile sum to 1. */
  private static double[][][][] normalised(double[][][][] halves) {
    for (double[][][] layers : halves) {
      for (double[][] layer : layers) {
        for (double[] head : layer) {
          double sum = Arrays.stream(head).sum();
          Arrays.setAll(head, r -> head[r] / sum);
        }
      }
    }
    return halves;
  }

  /** The positions whose token is a word. */
  private static List<Integer> words(List<String> tokens) {
    List<Integer> words = new ArrayList<>();
    for (int i = 1; i < tokens.size() - 1; i++) {
      if (!tokens.get(i).matches("\\p{Punct}")) {
        words.add(i);
      }
    }
    return words;
  }

  private static void add(
      List<Matrix> weights, List<String> tokens, SeededRandom shuffle, double[][] profiles) {
    for (int i : words(tokens)) {
      int[] deal = shuffle == null ? null : shuffle.permutation(weights.size());
      for (int j = 0; j < tokens.size(); j++) {
        int relation = RELATIONS.indexOf(Relation.of(tokens, i, j));
        for (int h = 0; h < weights.size(); h++) {
          profiles[h][relation] += weights.get(deal == null ? h : deal[h]).get(i, j);
        }
      }
    }
  }

  /** A head's profile: the mean of its profiles on both halves. */
  double[] profile(int layer, int head) {
    double[] mean = new double[RELATIONS.size()];
    for (int r = 0; r < mean.length; r++) {
      mean[r] = (halves[0][layer][head][r] + halves[1][layer][head][r]) / 2;
    }
    return mean;
  }

  /** What a head gives to one relation. */
  double share(int layer, int head, Relation relation) {
    return profile(layer, head)[RELATIONS.indexOf(relation)];
  }

  /** The mean divergence between the profiles of two heads of a layer, bits. */
  double divergence(int layer) {
    double sum = 0;
    int pairs = 0;
    for (int a = 0; a < MiniLm.HEADS; a++) {
      for (int b = 0; b < a; b++) {
        sum += jensenShannon(profile(layer, a), profile(layer, b));
        pairs++;
      }
    }
    return sum / pairs;
  }

  /**
   * How many heads of a layer are recognised: of all the layer's heads on the other sentences, it
   * is the head itself that comes closest.
   */
  int recognised(int layer) {
    int recognised = 0;
    for (int a = 0; a < MiniLm.HEADS; a++) {
      int closest = 0;
      for (int b = 1; b < MiniLm.HEADS; b++) {
        if (distance(layer, a, b) < distance(layer, a, closest)) {
          closest = b;
        }
      }
      recognised += closest == a ? 1 : 0;
    }
    return recognised;
  }

  private double distance(int layer, int a, int b) {
    return jensenShannon(halves[0][layer][a], halves[1][layer][b]);
  }

  /**
   * JS(p, q) = (KL(p ‖ m) + KL(q ‖ m)) / 2 with m = (p + q) / 2, in bits: 0 where they are alike, 1
   * where they share nothing. Source: Lin, <i>Divergence Measures Based on the Shannon Entropy</i>,
   * 1991.
   */
  static double jensenShannon(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double m = (p[i] + q[i]) / 2;
      sum += part(p[i], m) + part(q[i], m);
    }
    return sum / 2 / Math.log(2);
  }

  private static double part(double p, double m) {
    return p > 0 ? p * Math.log(p / m) : 0;
  }
}
