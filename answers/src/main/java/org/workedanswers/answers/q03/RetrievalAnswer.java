package org.workedanswers.answers.q03;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.glossary.AnswerWorking;
import org.workedanswers.answers.glossary.Glossary;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.TerminalSheet;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Check;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.answer.Prompt;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.search.SearchTrace;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;
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
public final class RetrievalAnswer extends org.workedanswers.answers.Answer {
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

  private static final String ADDED = "added";
  private static final int INDENT = 8;

  @Option(
      names = "--question",
      paramLabel = "TEXT",
      description = "what is asked (default: ${DEFAULT-VALUE})")
  private String question = "What is the name of element 116?";

  @Option(
      names = "--add",
      paramLabel = "TEXT",
      description = "the document that is added (default: ${DEFAULT-VALUE})")
  private String added = LIVERMORIUM;

  @Option(
      names = "--passages",
      paramLabel = "K",
      description = "passages that are read (default: ${DEFAULT-VALUE})")
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
        "question -> by words: BM25(q, d)      -> reciprocal rank fusion -> the first k passages",
        "         -> by meaning: cos(q, d)     /",
        "passages -> closest sentence: cos     -> enough evidence? -> answer, cited",
        "cos(q, d) = q · d / (‖q‖ ‖d‖)          q, d: 384 numbers each");
    Glossary.with(
        bench,
        elements(),
        List.of(),
        g -> {
          knowledge(sheet, g);
          retrieval(sheet, g);
          prompt(sheet, g);
          costs(sheet, g);
          overlooked(sheet, g);
          return null;
        });
    choice(sheet);
    sheet.heading("In code");
    sheet.code(PassageSearch.class, "search");
    sheet.code(Answerer.class, "quoted");
    sheet.heading("Claims: not yet measured, so without a verdict");
    sheet.list(
        Ledger.notYetMeasured().entrySet().stream()
            .filter(e -> e.getKey().startsWith("q3."))
            .map(e -> e.getKey() + ": " + e.getValue())
            .toList());
  }

  /** WordNet's chemical elements and their kinds. */
  static List<WordNet.Synset> elements() {
    return WordNet.wordNet().kindsOf("chemical element");
  }

  private static Map<String, String> with(Glossary g, String text) {
    Map<String, String> documents = Glossary.texts(g.held());
    documents.put(ADDED, text);
    return documents;
  }

  private static void knowledge(Worksheet sheet, Glossary g) {
    sheet.heading("A knowledge base, and what it does not know");
    sheet.text(
        "The documents are "
            + g.store().size()
            + " entries of WordNet 3.1, the chemical elements and their kinds, each with its names"
            + " and its definition: short enough to be a passage each. all-MiniLM-L6-v2 makes each a"
            + " vector of "
            + g.embedder().dimension()
            + " numbers. WordNet 3.1 still has placeholder names for elements 112 to 116, and nothing"
            + " for 118.");
  }

  private void retrieval(Worksheet sheet, Glossary g) {
    sheet.heading("The question, before and after one document is added");
    sheet.text("\"" + question + "\"");
    Answer before = answered(sheet, "Before: what WordNet has", g);
    IngestReport report = g.ingest(with(g, added));
    sheet.text(
        "One document is added: \""
            + added
            + "\". Passages embedded: "
            + report.embedded()
            + ". Documents left as they were: "
            + report.unchanged()
            + ".");
    Answer after = answered(sheet, "After", g);
    sheet.text(
        AnswerWorking.said(before).equals(AnswerWorking.said(after))
            ? "The answer is the same as before: what was added does not answer this question"
                + " better."
            : "The answer is another one now, with another source. No weight of any model has"
                + " changed.");
  }

  private Answer answered(Worksheet sheet, String caption, Glossary g) {
    Answer answer = answerer(g).answer(question);
    AnswerWorking.show(sheet, caption, answer);
    return answer;
  }

  private Answerer answerer(Glossary g) {
    PassageSearch search =
        new PassageSearch(
            g.store(),
            g.embedder(),
            Optional.empty(),
            SearchSettings.STANDARD.with(SearchSettings.STANDARD.candidates(), passages));
    return new Answerer(
        search,
        g.store(),
        g.embedder(),
        Optional.empty(),
        new AnswerSettings(AnswerSettings.MEASURED_LEAST_EVIDENCE, 1, 0),
        StepObserver.NONE);
  }

  private Prompt prompt(Glossary g) {
    return Prompt.of(question, answerer(g).answer(question).passages());
  }

  private void prompt(Worksheet sheet, Glossary g) {
    sheet.heading("The prompt");
    sheet.text(
        "With a language model this is what it would be handed: the system's message, always the"
            + " same, and the user's, where every line of a passage is marked as a quotation. None"
            + " runs here; ./study ask --model names one. The numbers let a reader look up where an"
            + " answer comes from.");
    Prompt prompt = prompt(g);
    List<String> lines = new ArrayList<>();
    for (String line : (prompt.system() + "\n\n" + prompt.user()).split("\n", -1)) {
      lines.addAll(Text.wrap(line, TerminalSheet.WIDTH - INDENT));
    }
    sheet.formula(lines.toArray(String[]::new));
  }

  private void costs(Worksheet sheet, Glossary g) {
    Prompt prompt = prompt(g);
    int bare = MiniLm.model().tokens(question).count();
    int full = MiniLm.model().tokens(prompt.system() + " " + prompt.user()).count();
    sheet.heading("What it costs");
    sheet.table(
        Table.of("", "what", "counted")
            .row(
                "to add a document",
                "one embedding of "
                    + MiniLm.model().tokens(added).count()
                    + " tokens, and "
                    + Numbers.bytes(4L * g.embedder().dimension())
                    + " in the index")
            .row(
                "to retrieve",
                "one embedding of "
                    + bare
                    + " tokens, "
                    + g.store().size()
                    + " cosines, and the postings of the question's words")
            .row(
                "to read what was retrieved",
                "a prompt of " + full + " tokens instead of " + bare));
  }

  private void overlooked(Worksheet sheet, Glossary g) {
    g.ingest(with(g, OGANESSON));
    sheet.heading("What meaning overlooks");
    sheet.text(
        "Now \""
            + OGANESSON
            + "\" is added, and the question is \""
            + NUMBER_QUESTION
            + "\" To an embedding one number is much like another; BM25 looks for the word.");
    int all = (int) g.store().size();
    SearchTrace trace =
        new PassageSearch(
                g.store(),
                g.embedder(),
                Optional.empty(),
                SearchSettings.STANDARD.withDepths(all, all))
            .trace(NUMBER_QUESTION);
    Table table = Table.of("", "search", "rank of what was added", "first passage");
    way(table, "by words", passages(trace.legs().get(0).found()));
    way(table, "by meaning", passages(trace.legs().get(1).found()));
    way(
        table,
        "by both, ranks fused",
        trace.candidates().stream().map(SearchTrace.Candidate::passage).toList());
    sheet.table(table);
  }

  private static List<Passage> passages(List<Found> found) {
    return found.stream().map(Found::passage).toList();
  }

  private static void way(Table table, String way, List<Passage> ranking) {
    int rank = 1;
    while (!ranking.get(rank - 1).document().equals(ADDED)) {
      rank++;
    }
    table.row(way, rank, ranking.get(0).text());
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
    return List.of(UpdateClaim.standard());
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 3 --question \"Which metal is liquid at room temperature?\": the added passage does"
            + " not disturb",
        "./study 3 --add \"the cat sat on the mat\": a passage that is about something else",
        "./study 3 --passages 1: one passage is all that is read",
        "./study ask --docs DIR: the same on your own documents",
        "./study 16 for retrieval that also looks at the words");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(Ingestion.class, PassageSearch.class, Answerer.class, Prompt.class);
  }
}
