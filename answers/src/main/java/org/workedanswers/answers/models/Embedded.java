package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.HeatMapSvg;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.embeddings.SentenceEncoder;

/**
 * Texts as a sentence encoder sees them: their pieces, their vectors, how close these are, and
 * where one head looks in the first text.
 *
 * @param model what made the vectors
 * @param texts as the encoder got them
 * @param pieces of each text, [CLS] first, [SEP] last, as far as the encoder reads
 * @param cut for each text whether it has more
 * @param vectors of length 1, [texts x d]
 * @param attention the head that was asked for
 */
public record Embedded(
    String model,
    List<String> texts,
    List<List<String>> pieces,
    List<Boolean> cut,
    Matrix vectors,
    Optional<Head> attention) {
  /** What is wrong with a picture of no layer. */
  public static final String NO_LAYER = "--svg draws a layer's heads: --layer names it";

  private static final int WIDEST_MAP = 40;
  private static final int WIDEST_PICTURE = 256;
  private static final int WIDEST_OF_ALL = 64;
  private static final int WIDEST_TABLE = 9;
  private static final int SHOWN_TEXT = 60;
  private static final int VALUES_IN_LINE = 8;
  private static final List<String> LEGEND =
      List.of(
          "a row: where its token looks (query)",
          "a column: the token looked at (key)",
          "the weights of a row sum to 1",
          "layers and heads count from 0");
  private static final float DARKEST = 0.5f;

  /**
   * Where a head looks in the first text.
   *
   * @param layer from 0
   * @param head from 0
   * @param heads all of the layer's: a row a query, a column a key; rows sum to 1 [n x n]
   */
  public record Head(int layer, int head, List<Matrix> heads) {
    /** What the head does. */
    public Matrix weights() {
      return heads.get(head);
    }
  }

  /**
   * Runs texts through an encoder.
   *
   * @param layer of the attention that is kept, from 0; null for none
   * @param head of it, from 0
   * @throws IllegalArgumentException if a text is blank, or there is no such layer or head
   */
  public static Embedded of(
      SentenceEncoder encoder, List<String> texts, Integer layer, Integer head) {
    for (int i = 0; i < texts.size(); i++) {
      Check.that(!texts.get(i).isBlank(), "text %d is blank", i + 1);
    }
    Optional<Head> attention = Optional.empty();
    if (layer != null || head != null) {
      var layers = encoder.encoder().stack().layers();
      int l = Check.range("--layer", layer == null ? 0 : layer, 0, layers.size() - 1);
      var trace = encoder.explain(texts.get(0)).layers().get(l);
      List<Matrix> heads = trace.attentionWeights().get(0);
      int h = Check.range("--head", head == null ? 0 : head, 0, heads.size() - 1);
      attention = Optional.of(new Head(l, h, heads));
    }
    List<List<String>> pieces = new ArrayList<>();
    List<Boolean> cut = new ArrayList<>();
    for (String text : texts) {
      int[] tokens = encoder.tokens(text);
      pieces.add(Arrays.stream(tokens).mapToObj(encoder.tokenizer()::piece).toList());
      cut.add(encoder.tokenizer().encode(text).length + 2 > tokens.length);
    }
    return new Embedded(encoder.name(), texts, pieces, cut, encoder.embed(texts), attention);
  }

  /** The cosine of two texts, by their places. */
  public double cosine(int a, int b) {
    double sum = 0;
    for (int j = 0; j < vectors.cols(); j++) {
      sum += (double) vectors.get(a, j) * vectors.get(b, j);
    }
    return sum;
  }

  /** Shows it, with the vectors if so wished. */
  public void show(Worksheet sheet, boolean values) {
    sheet.heading(Text.printable(model) + ", vectors of " + vectors.cols());
    for (int i = 0; i < texts.size(); i++) {
      int n = pieces.get(i).size();
      sheet.text(
          (i + 1)
              + ": "
              + Text.printable(String.join(" ", pieces.get(i)))
              + " ("
              + n
              + " tokens"
              + (cut.get(i) ? ", cut there)" : ")"));
    }
    if (texts.size() > WIDEST_TABLE) {
      nearest(sheet);
    } else if (texts.size() > 1) {
      cosines(sheet);
    }
    attention.ifPresent(head -> map(sheet, head));
    if (values) {
      values(sheet);
    }
  }

  private void cosines(Worksheet sheet) {
    String[] head = new String[texts.size() + 2];
    head[0] = "";
    for (int i = 0; i < texts.size(); i++) {
      head[i + 1] = Integer.toString(i + 1);
    }
    head[texts.size() + 1] = "text";
    Table table = Table.of("Cosines", head);
    for (int i = 0; i < texts.size(); i++) {
      Object[] row = new Object[head.length];
      row[0] = i + 1;
      for (int j = 0; j < texts.size(); j++) {
        row[j + 1] = Numbers.fixed(cosine(i, j), 3);
      }
      row[head.length - 1] = shown(i, SHOWN_TEXT - 6 * texts.size());
      table.row(row);
    }
    sheet.table(table);
  }

  private void nearest(Worksheet sheet) {
    Table table = Table.of("The nearest of each", "", "nearest", "cosine", "text");
    for (int i = 0; i < texts.size(); i++) {
      int best = i == 0 ? 1 : 0;
      for (int j = 0; j < texts.size(); j++) {
        best = j != i && cosine(i, j) > cosine(i, best) ? j : best;
      }
      table.row(i + 1, best + 1, Numbers.fixed(cosine(i, best), 3), shown(i, SHOWN_TEXT / 2));
    }
    sheet.table(table);
  }

  private String shown(int text, int width) {
    return Text.shortened(Text.printable(texts.get(text)), Math.max(12, width));
  }

  private void map(Worksheet sheet, Head head) {
    int n = Math.min(WIDEST_MAP, head.weights().rows());
    sheet.text(
        "Where head "
            + head.head()
            + " of layer "
            + head.layer()
            + " looks in text 1, both counted from 0: a row is a query, a column a key; rows sum to 1."
            + (n < head.weights().rows() ? " The first " + n + " tokens." : ""));
    sheet.heatMaps(List.of(heatMap(head, head.head(), n)));
  }

  /** A head's map of the first n tokens. */
  private HeatMap heatMap(Head head, int h, int n) {
    List<String> labels = pieces.get(0).subList(0, n).stream().map(Text::printable).toList();
    return new HeatMap(
        "layer " + head.layer() + ", head " + h,
        head.heads().get(h).rows(0, n).columns(0, n),
        DARKEST,
        labels,
        labels);
  }

  /**
   * A picture of where the head looks, or of all heads of its layer.
   *
   * @throws IllegalArgumentException if no layer was asked for, or the text has more tokens than a
   *     picture of them can show
   */
  public String svg(boolean allHeads) {
    Check.that(attention.isPresent(), NO_LAYER);
    Head head = attention.get();
    int n = head.weights().rows();
    int most = allHeads ? WIDEST_OF_ALL : WIDEST_PICTURE;
    Check.that(
        n <= most,
        "the first text has %d tokens: a picture of %s shows up to %d",
        n,
        allHeads ? "all heads" : "a head",
        most);
    return HeatMapSvg.of(
        IntStream.range(0, head.heads().size())
            .filter(h -> allHeads || h == head.head())
            .mapToObj(h -> heatMap(head, h, n))
            .toList(),
        LEGEND);
  }

  private void values(Worksheet sheet) {
    for (int i = 0; i < texts.size(); i++) {
      List<String> lines = new ArrayList<>(List.of("vector " + (i + 1)));
      for (int from = 0; from < vectors.cols(); from += VALUES_IN_LINE) {
        StringBuilder line = new StringBuilder();
        for (int j = from; j < Math.min(from + VALUES_IN_LINE, vectors.cols()); j++) {
          line.append(Text.padLeft(Numbers.fixed(vectors.get(i, j), 6), 10));
        }
        lines.add(line.toString());
      }
      sheet.formula(lines.toArray(String[]::new));
    }
  }

  /** As a tree of maps, lists and numbers, the vectors always among them. */
  public Map<String, Object> json() {
    List<Map<String, Object>> each = new ArrayList<>();
    List<List<Double>> cosines = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Map<String, Object> text = new LinkedHashMap<>();
      text.put("text", texts.get(i));
      text.put("pieces", pieces.get(i));
      text.put("cut", cut.get(i));
      text.put("vector", vectors.row(i));
      each.add(text);
      List<Double> row = new ArrayList<>();
      for (int j = 0; j < texts.size(); j++) {
        row.add(cosine(i, j));
      }
      cosines.add(row);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("dimension", vectors.cols());
    json.put("texts", each);
    json.put("cosines", cosines);
    attention.ifPresent(
        head -> {
          Map<String, Object> shown = new LinkedHashMap<>();
          shown.put("layer", head.layer());
          shown.put("head", head.head());
          shown.put("weights", head.weights().toArray());
          json.put("attention", shown);
        });
    return json;
  }
}
