package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.RoundedMiniLm;
import org.workedanswers.answers.models.RoundedMiniLm.Rounding;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.PairedComparison;

/**
 * What the encoder's weights in fewer bits cost its search.
 *
 * <p>Calibration, where a method needs it, sees 128 of the collection's documents, evenly spread;
 * no query and no judgement.
 *
 * @param rounding the weights'
 * @param bytes of the encoder's matrices
 * @param bits a weight
 * @param dense what their vectors find for each query
 */
record WeightTrial(Rounding rounding, long bytes, double bits, List<List<Hit>> dense) {
  static final int CALIBRATION = 128;

  /** Searches with the encoder's weights rounded in each way. */
  static List<WeightTrial> of(
      Workbench bench,
      Rankings rankings,
      Bm25.Settings bm25,
      List<Rounding> roundings,
      EmbeddingCache cache,
      int depth) {
    BeirCollection c = rankings.collection();
    List<int[]> sequences = sequences(bench, c.texts());
    List<RoundedMiniLm> models =
        roundings.stream().map(r -> RoundedMiniLm.of(r, sequences, bench)).toList();
    List<WeightTrial> trials = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      Rounding rounding = roundings.get(i);
      RoundedMiniLm model = models.get(i);
      SentenceEncoder sentences =
          MiniLm.model().sentences(model.encoder(), bench.kernels(), bench.loop());
      String key =
          String.join(
              " ",
              sentences.name(),
              Integer.toString(SentenceEncoder.Settings.MINI_LM_TOKENS),
              "weights",
              rounding.name());
      Legs legs = new Legs(bench, c, bm25, key, sentences, cache);
      List<List<Hit>> found =
          rankings.searched(legs.byMeaning(c.texts(), "documents in " + rounding.name()), depth);
      trials.add(
          new WeightTrial(rounding, model.bytes(), 8.0 * model.bytes() / model.weights(), found));
    }
    return trials;
  }

  private static List<int[]> sequences(Workbench bench, List<String> texts) {
    SentenceEncoder whole = MiniLm.model().sentences(bench.kernels(), bench.loop());
    int count = Math.min(CALIBRATION, texts.size());
    return IntStream.range(0, count)
        .mapToObj(i -> texts.get((int) ((long) i * texts.size() / count)))
        .map(t -> whole.tokenizer().encodeSentence(t, SentenceEncoder.Settings.MINI_LM_TOKENS))
        .toList();
  }

  /** This one's nDCG@10 less that of another ranking, query by query. */
  PairedComparison beside(List<List<Hit>> other, Rankings rankings, Workbench bench) {
    return PairedComparison.of(
        rankings.scores(dense, Rankings.Measure.NDCG),
        rankings.scores(other, Rankings.Measure.NDCG),
        bench.random("beir weights " + rounding.name()));
  }
}
