package org.workedanswers.transformer.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The steps as their papers have them, slowly: all tokens sorted at every step, all probabilities
 * computed anew in double precision.
 */
final class SortedReference {
  /** A token with its logit, not divided by the temperature. */
  record Scored(int token, double logit) {}

  /** How near to its border a step came: below 1e-9 rounding may decide. */
  double margin = Double.POSITIVE_INFINITY;

  private List<Scored> left = new ArrayList<>();
  private double temperature = 1;

  SortedReference(float[] logits) {
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] != Float.NEGATIVE_INFINITY) {
        left.add(new Scored(i, logits[i]));
      }
    }
    sort();
  }

  private void sort() {
    left.sort(
        Comparator.comparingDouble((Scored s) -> -s.logit() + 0.0).thenComparing(Scored::token));
  }

  List<Scored> left() {
    return left;
  }

  double temperature() {
    return temperature;
  }

  double[] probabilities() {
    double sum = 0;
    double[] p = new double[left.size()];
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp((left.get(i).logit() - left.get(0).logit()) / temperature);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /** By token, zeros for those that are not left. */
  double[] distribution(int vocabulary) {
    double[] p = probabilities();
    double[] all = new double[vocabulary];
    for (int i = 0; i < p.length; i++) {
      all[left.get(i).token()] = p[i];
    }
    return all;
  }

  void penalty(double theta, Set<Integer> text) {
    left.replaceAll(
        s -> {
          if (!text.contains(s.token())) {
            return s;
          }
          double x = s.logit() > 0 ? s.logit() / theta : s.logit() * theta;
          return new Scored(s.token(), (float) x);
        });
    sort();
  }

  void temperature(double t) {
    if (t == 0) {
      topK(1);
    } else {
      temperature *= t;
    }
  }

  void topK(int k) {
    left = new ArrayList<>(left.subList(0, Math.min(k, left.size())));
  }

  void topP(double p) {
    double[] probabilities = probabilities();
    double before = 0; // the mass of the likelier ones
    int kept = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (i == 0 || before < p) {
        kept++;
      }
      if (i > 0) {
        margin = Math.min(margin, Math.abs(before - p));
      }
      before += probabilities[i];
    }
    topK(p == 1 ? left.size() : kept);
  }

  void minP(double base) {
    double[] probabilities = probabilities();
    List<Scored> kept = new ArrayList<>();
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] >= base * probabilities[0]) {
        kept.add(left.get(i));
      }
      double off = Math.abs(probabilities[i] / probabilities[0] - base);
      margin = i == 0 ? margin : Math.min(margin, off);
    }
    left = kept;
  }
}
