package org.workedanswers.answers.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.Loop;
import org.workedanswers.documents.DocumentFolder;
import org.workedanswers.langchain4j.MiniLmModel;
import org.workedanswers.lucene.LuceneStore;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.answer.LanguageModel;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.RecursiveChunker;
import org.workedanswers.rag.ingest.Ingestion;
import org.workedanswers.rag.ingest.PassageCutter;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.search.SearchSettings;

/** The README's example of retrieval in a project of one's own: it is this text, and it runs. */
class NotesExampleTest {
  private static final Optional<Reranker> NO_RERANKER = Optional.empty();
  private static final Optional<LanguageModel> NO_MODEL = Optional.empty();

  @TempDir Path folder;

  private static Answer ask(Path notes, Path index, String question) {
    // README: from here
    var words = new LuceneStore.Settings(384, new EnglishAnalyzer(), "English", 0.9f, 0.4f);
    try (var model = new MiniLmModel(Loop.sequential());
        var store = LuceneStore.open(index, words)) {
      var chunker = new RecursiveChunker(new ChunkSize(model.tokens(), 200, 25));
      new Ingestion(
              store,
              model.embedder(),
              new PassageCutter(chunker, "recursive 200 25"),
              StepObserver.NONE)
          .run(new DocumentFolder(notes).list(), Ingestion.Progress.NONE);
      var search = new PassageSearch(store, model.embedder(), NO_RERANKER, SearchSettings.STANDARD);
      var settings = new AnswerSettings(AnswerSettings.MEASURED_LEAST_EVIDENCE, 3, 1000);
      return new Answerer(search, store, model.embedder(), NO_MODEL, settings, StepObserver.NONE)
          .answer(question);
    }
    // README: to here
  }

  @Test
  void itAnswersFromNotes() throws IOException {
    Path notes = Files.createDirectory(folder.resolve("notes"));
    Files.writeString(notes.resolve("bike.md"), "# Bike\n\nThe spare key is in the blue tin.\n");
    Files.writeString(notes.resolve("soup.txt"), "Lentils are boiled for twenty minutes.");
    Answer answer = ask(notes, folder.resolve("index"), "Where is the spare key?");
    assertEquals(Answer.Kind.QUOTED, answer.kind());
    assertEquals("The spare key is in the blue tin.", answer.statements().get(0).text());
    int cited = answer.statements().get(0).cited().get(0);
    assertEquals("bike.md", answer.passages().get(cited - 1).document());
  }

  @Test
  void theReadmeHasThisText() throws IOException {
    Path root = Path.of(System.getProperty("user.dir")).resolveSibling("README.md");
    String readme = flat(Files.readAllLines(root));
    List<String> source =
        Files.readAllLines(
            Path.of("src/test/java", NotesExampleTest.class.getName().replace('.', '/') + ".java"));
    int from = source.indexOf("    // README: from here");
    int to = source.indexOf("    // README: to here");
    String shown = flat(source.subList(from + 1, to));
    assertTrue(readme.contains(shown), "the README does not have: " + shown);
  }

  private static String flat(List<String> lines) {
    return String.join("\n", lines.stream().map(String::strip).toList());
  }
}
