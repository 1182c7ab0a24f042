package org.workedanswers.answers.q03;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Timing;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Check;
import org.workedanswers.langchain4j.LangChain4jEmbedder;
import org.workedanswers.langchain4j.MiniLmModel;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.DenseRetriever;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.ReciprocalRankFusion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Question 3, worked: a question is answered from passages, and one passage more changes the
 * answer.
 *
 * <p>The passages are WordNet 3.1's chemical elements. It was made when some had placeholder names
 * and the last ones none at all, so its knowledge is out of date as any knowledge base's is some
 * day.
 */
@Command(name = "3")
public final class RetrievalAnswer extends Answer {
  /**
   * Named by the International Union of Pure and Applied Chemistry in May 2012, until when it was
   * ununhexium; worded as WordNet words its elements.
   */
  static final String LIVERMORIUM =
      "livermorium, Lv, element 116, atomic number 116: a radioactive transuranic element; named in"
          + " 2012";

  /** Named in November 2016. */
  private static final String OGANESSON =
      "oganesson, Og, element 118, atomic number 118: a radioactive transuranic element; named in"
          + " 2016";

  private static final String NUMBER_QUESTION = "Which element has atomic number 118?";

  private static final int INDENT = 8;

  @Option(
      names = "--question",
      paramLabel = "TEXT",
      description = "what is asked (default: ${DEFAULT-VALUE})")
  private String question = "What is the name of element 116?";

  @Option(
      names = "--add",
      paramLabel = "TEXT",
      description = "the passage that is added (default: ${DEFAULT-VALUE})")
  private String added = LIVERMORIUM;

  @Option(
      names = "--passages",
      paramLabel = "K",
      description = "passages that are put into the prompt (default: ${DEFAULT-VALUE})")
  private int passages = 3;

  @Override
  public int question() {
    return 3;
  }

  @Override
  public String title() {
    return Questions.title(3);
  }

  @Override
  public String asked() {
    return "How does a model answer from documents that it was not trained on, and when is that"
        + " better than to train it on?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Check.range("--passages", passages, 1, 20);
    Check.that(!question.isBlank(), "--question is blank: there is nothing to look for");
    Check.that(!added.isBlank(), "--add is blank: there is nothing to add");
    sheet.formula(
        "question -> embedding -> search -> the k closest passages -> prompt -> answer, cited",
        "cos(q, d) = q · d / (‖q‖ ‖d‖)          q, d: 384 numbers each");
    try (MiniLmModel model = new MiniLmModel(bench.loop())) {
      LangChain4jEmbedder embedder = model.embedder();
      Passages before = Passages.of(bench, embedder, elements());
      Passages after = before.with(added);
      knowledge(sheet, before);
      retrieval(sheet, before, after);
      prompt(sheet, after);
      costs(sheet, embedder, before, after);
      overlooked(sheet, before.with(OGANESSON));
    }
    choice(sheet);
    sheet.heading("In code");
    sheet.code(DenseRetriever.class, "search");
    sheet.code(DenseIndex.class, "best");
    sheet.heading("Claims: not yet measured, so without a verdict");
    sheet.list(
        Ledger.notYetMeasured().entrySet().stream()
            .filter(e -> e.getKey().startsWith("q3."))
            .map(e -> e.getKey() + ": " + e.getValue())
            .toList());
  }

  /** A passage for each of WordNet's chemical elements: its names and its definition. */
  static List<String> elements() {
    List<String> texts = new ArrayList<>();
    for (WordNet.Synset s : WordNet.wordNet().kindsOf("chemical element")) {
      texts.add(s.names() + ": " + s.definition());
    }
    return texts;
  }

  private static void knowledge(Worksheet sheet, Passages passages) {
    sheet.heading("A knowledge base, and what it does not know");
    sheet.text(
        "The passages are "
            + passages.size()
            + " entries of WordNet 3.1, the chemical elements and their kinds, each with its names"
            + " and its definition. all-MiniLM-L6-v2 makes each a vector: "
            + passages.embeddings()
            + ". WordNet 3.1 still has placeholder names for elements 112 to 116, and nothing for"
            + " 118.");
  }

  private void retrieval(Worksheet sheet, Passages before, Passages after) {
    sheet.heading("The question, before and after one passage is added");
    sheet.text("\"" + question + "\"");
    found(sheet, "Before: what WordNet has", before);
    sheet.text("One passage is added: \"" + added + "\".");
    found(sheet, "After", after);
    int first = before.search(question, 1).get(0).document();
    int now = after.search(question, 1).get(0).document();
    sheet.text(
        now == first
            ? "The first passage is the same as before: what was added does not answer this question"
                + " better."
            : "The first passage is another one now, and an answer made from it would be another"
                + " one, with another source. No weight of any model has changed.");
  }

  private void found(Worksheet sheet, String caption, Passages passages) {
    Table table = Table.of(caption, "", "cosine", "passage");
    List<Hit> hits = passages.search(question, this.passages);
    for (int i = 0; i < hits.size(); i++) {
      Hit hit = hits.get(i);
      table.row("[" + (i + 1) + "]", Numbers.fixed(hit.score(), 3), passages.text(hit.document()));
    }
    sheet.table(table);
  }

  private List<String> prompt(Passages passages) {
    List<String> texts = new ArrayList<>();
    for (Hit hit : passages.search(question, this.passages)) {
      texts.add(passages.text(hit.document()));
    }
    return Prompt.lines(texts, question);
  }

  private void prompt(Worksheet sheet, Passages after) {
    sheet.heading("The prompt");
    sheet.text(
        "This is what a language model is handed. None runs here: what it makes of the prompt, and"
            + " whether it keeps to it, are other claims. The numbers let a reader look up where an"
            + " answer comes from.");
    List<String> lines = new ArrayList<>();
    for (String line : prompt(after)) {
      lines.addAll(Text.wrap(line, TerminalSheet.WIDTH - INDENT));
    }
    sheet.formula(lines.toArray(String[]::new));
  }

  private void costs(Worksheet sheet, Embedder embedder, Passages before, Passages after) {
    int bare = MiniLm.model().tokens(question).count();
    int full = MiniLm.model().tokens(String.join(" ", prompt(after))).count();
    double add = Timing.median(() -> before.with(added));
    double ask = Timing.median(() -> after.search(question, passages));
    sheet.heading("What it costs");
    sheet.table(
        Table.of("", "what", "counted", "here it took")
            .row(
                "to add a passage",
                "one embedding of "
                    + MiniLm.model().tokens(added).count()
                    + " tokens, and "
                    + Numbers.bytes(4L * embedder.dimension())
                    + " in the index",
                Numbers.seconds(add))
            .row(
                "to retrieve",
                "one embedding of " + bare + " tokens, and " + after.size() + " cosines",
                Numbers.seconds(ask))
            .row(
                "to read what was retrieved",
                "a prompt of " + full + " tokens instead of " + bare,
                "no model reads it here"));
  }

  private void overlooked(Worksheet sheet, Passages passages) {
    sheet.heading("What meaning overlooks");
    sheet.text(
        "Now \""
            + OGANESSON
            + "\" is added, and the question is \""
            + NUMBER_QUESTION
            + "\" To an embedding one number is much like another; BM25 looks for the word.");
    List<Hit> meaning = passages.search(NUMBER_QUESTION, passages.size());
    List<Hit> words = passages.searchWords(NUMBER_QUESTION, passages.size());
    List<Hit> both =
        new ReciprocalRankFusion(ReciprocalRankFusion.STANDARD_K).fuse(List.of(words, meaning));
    int right = passages.size() - 1;
    Table table = Table.of("", "search", "rank of what was added", "first passage");
    way(table, "by meaning", meaning, right, passages);
    way(table, "by words", words, right, passages);
    way(table, "by both, ranks fused", both, right, passages);
    sheet.table(table);
  }

  private static void way(Table table, String way, List<Hit> hits, int right, Passages passages) {
    int rank = 1;
    while (hits.get(rank - 1).document() != right) {
      rank++;
    }
    table.row(way, rank, passages.text(hits.get(0).document()));
  }

  private static void choice(Worksheet sheet) {
    sheet.heading("Retrieve or tune?");
    sheet.table(
        Table.of("", "what is wanted", "retrieve", "tune")
            .row("facts that change", "replace a passage", "train again for each change")
            .row("to say where it comes from", "passages have numbers", "weights name no source")
            .row(
                "fewer invented facts",
                "as far as the passages hold the answer",
                "what is not in the examples stays a guess")
            .row("a tone, a format, a schema", "must be asked for each time", "becomes a habit")
            .row(
                "a quick answer",
                "a search first, and more to read",
                "nothing is added at answer time")
            .row(
                "what you need",
                "documents and an index",
                "thousands of good examples, a training run")
            .row("both", "for what it knows", "for how it says it"));
  }

  @Override
  public List<Claim> claims() {
    return List.of();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 3 --question \"Which metal is liquid at room temperature?\": the added passage does"
            + " not disturb",
        "./study 3 --add \"the cat sat on the mat\": a passage that is about something else",
        "./study 3 --passages 1: one passage is all the model gets to read",
        "./study 16 for retrieval that also looks at the words");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        Embedder.class, DenseIndex.class, DenseRetriever.class, LangChain4jEmbedder.class);
  }
}
