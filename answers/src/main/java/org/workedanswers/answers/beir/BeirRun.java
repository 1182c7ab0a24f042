package org.workedanswers.answers.beir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.workedanswers.answers.CacheFolder;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.models.RoundedMiniLm.Rounding;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.search.TokenEmbedder;
import picocli.CommandLine.Option;

/** One run of {@code study beir}: BM25, embeddings, and the fusion of both. */
public final class BeirRun {
  static final String WORDS = "BM25";
  static final String MEANING = "dense";
  static final String HYBRID = "hybrid";
  static final String RERANKED = "reranked";
  static final String RERANKED_FUSED = "hybrid + reranked";

  private static final int OVERLAP = 8; // an eighth
  private static final int LEAST_CHUNK = 16;
  private static final int MOST_CHUNK = 1 << 16;

  /** How a collection is searched. */
  public static final class Settings {
    @Option(
        names = "--split",
        paramLabel = "NAME",
        description = "judgements in qrels/NAME.tsv (default: ${DEFAULT-VALUE})")
    String split = "test";

    @Option(
        names = "--depth",
        paramLabel = "N",
        description = "documents of a leg, 100 or more (default: ${DEFAULT-VALUE})")
    int depth = 100;

    @Option(names = "--k1", paramLabel = "X", description = "of BM25 (default: ${DEFAULT-VALUE})")
    double k1 = 0.9;

    @Option(names = "--b", paramLabel = "X", description = "of BM25 (default: ${DEFAULT-VALUE})")
    double b = 0.4;

    @Option(
        names = "--rrf-k",
        paramLabel = "N",
        description = "k of the fusion (default: ${DEFAULT-VALUE})")
    int rrfK = 60;

    @Option(
        names = "--chunks",
        paramLabel = "N",
        split = ",",
        description = "tokens of chunks to cut documents into, for a table by size (default: none)")
    List<Integer> chunks = List.of();

    @Option(
        names = "--evidence",
        description =
            "quote an answer to every query with its relevant documents and without them, and tell"
                + " at which evidence to decline")
    boolean evidence;

    @Option(
        names = "--weights",
        paramLabel = "NAME",
        split = ",",
        description = {
          "what to round the encoder's matrices to, for a table of what that costs: f16, q8_0, q5_1,",
          "q5_0, q4_1, q4_0, nf4, int8, int4, int3, int2, each with -gptq, -gptq-order or -awq behind it or not;",
          "every one embeds the documents anew (default: none)"
        })
    List<String> weights = List.of();

    @Option(
        names = "--cache",
        paramLabel = "DIR",
        description = "where embeddings are kept (default: the user's cache folder)")
    Path cache = CacheFolder.standard();
  }

  private final Workbench bench;
  private final Settings settings;
  private final Bm25.Settings bm25;
  private final Rankings rankings;
  private final List<BeirPage.BySize> bySize = new ArrayList<>();
  private final List<Rounding> roundings;
  private final List<WeightTrial> byWeights = new ArrayList<>();
  private EvidenceTrial evidence = EvidenceTrial.NONE;

  /**
   * Reads a collection.
   *
   * @throws IllegalArgumentException if it can't be read, or a setting is out of its range
   */
  public BeirRun(Workbench bench, Settings settings, Path folder) {
    Check.range("--depth", settings.depth, Rankings.RECALL_CUTOFF, Integer.MAX_VALUE);
    Check.positive("--rrf-k", settings.rrfK);
    settings.chunks.forEach(n -> Check.range("--chunks", n, LEAST_CHUNK, MOST_CHUNK));
    this.roundings = settings.weights.stream().distinct().map(Rounding::named).toList();
    this.bench = bench;
    this.settings = settings;
    this.bm25 = Bm25.Settings.STANDARD.with(settings.k1, settings.b).with(Bm25.Lengths.ONE_BYTE);
    this.rankings = new Rankings(BeirFiles.read(folder, settings.split));
  }

  /**
   * Searches by every leg, and in chunks of every size that is asked for.
   *
   * @param model what tells the embedding model and its settings from another
   * @param tokens what chunks are counted in
   */
  public void measure(String model, Embedder embedder, Tokens tokens) {
    BeirCollection c = rankings.collection();
    Legs legs = new Legs(bench, c, bm25, model, embedder, new EmbeddingCache(settings.cache));
    int depth = settings.depth;
    rankings.add(WORDS, rankings.searched(legs.byWords(c.texts()), depth));
    rankings.add(MEANING, rankings.searched(legs.byMeaning(c.texts(), "documents"), depth));
    rankings.add(HYBRID, rankings.fused(WORDS, MEANING, settings.rrfK));
    if (settings.evidence) {
      evidence = EvidenceTrial.of(bench, c, rankings.of(HYBRID), embedder);
    }
    for (int size : settings.chunks) {
      Chunked chunks = Chunked.of(c.texts(), new ChunkSize(tokens, size, size / OVERLAP));
      List<String> texts = chunks.texts();
      String what = "chunks of " + size;
      List<List<Hit>> words = rankings.searched(chunks.documents(legs.byWords(texts)), depth);
      List<List<Hit>> meaning =
          rankings.searched(chunks.documents(legs.byMeaning(texts, what)), depth);
      bySize.add(
          new BeirPage.BySize(
              size, texts.size(), words, meaning, Rankings.fused(words, meaning, settings.rrfK)));
    }
  }

  /** Whether the encoder's weights are rounded too: then it must be this project's own. */
  public boolean rounds() {
    return !roundings.isEmpty();
  }

  /** Searches with the encoder's weights in every format that is asked for. */
  public void weights() {
    if (roundings.isEmpty()) {
      return;
    }
    byWeights.addAll(
        WeightTrial.of(
            bench, rankings, bm25, roundings, new EmbeddingCache(settings.cache), settings.depth));
  }

  /**
   * Adds a leg that looks at the hybrid's first candidates again, and one that fuses its ranking
   * with the hybrid's.
   */
  public void lateInteraction(TokenEmbedder embedder, int candidates) {
    reranked(secondLook(candidates).lateInteraction(embedder, bench.kernels()));
  }

  /** The same by any reranker. */
  public void rerank(Reranker reranker, int candidates) {
    reranked(secondLook(candidates).by(reranker));
  }

  private SecondLook secondLook(int candidates) {
    return new SecondLook(
        rankings.collection(), new EmbeddingCache(settings.cache), rankings.of(HYBRID), candidates);
  }

  private void reranked(List<List<Hit>> ranking) {
    rankings.add(RERANKED, ranking);
    rankings.add(RERANKED_FUSED, rankings.fused(HYBRID, RERANKED, settings.rrfK));
  }

  /** Writes tables: by leg, leg against leg, query by query, by k, by chunk size. */
  public void show(Worksheet sheet) {
    new BeirPage(bench, settings, rankings, bySize, byWeights, evidence).show(sheet);
  }

  /**
   * Checks that {@link #writeRuns} will have no trouble with this folder, and makes it.
   *
   * @throws IllegalArgumentException if an id has a blank, or the folder can't be written
   */
  public void checkRuns(Path folder) {
    TrecRun.check(folder, rankings.collection());
  }

  /** Writes a file a leg as trec_eval reads it. */
  public void writeRuns(Path folder) throws IOException {
    TrecRun.write(folder, rankings);
  }

  /** What was found: the means by leg, the differences, and by chunk size. */
  public Map<String, Object> json() {
    return new BeirPage(bench, settings, rankings, bySize, byWeights, evidence).json();
  }
}
