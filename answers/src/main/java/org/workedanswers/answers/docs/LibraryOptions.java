package org.workedanswers.answers.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.workedanswers.answers.EmbedderOptions;
import org.workedanswers.core.Check;
import org.workedanswers.embeddings.SentenceEncoder;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.store.MetadataFilter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which documents, how they are cut, where their index is, and how it is searched. */
public final class LibraryOptions {
  /** Where passages are cut. */
  enum Cut {
    FIXED,
    SENTENCE,
    RECURSIVE,
    SEMANTIC
  }

  @Mixin EmbedderOptions embedder = new EmbedderOptions();

  @Option(
      names = "--docs",
      required = true,
      paramLabel = "DIR",
      description = "the folder of documents: text, Markdown, HTML, PDF")
  Path docs;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description =
          "where their index is kept, outside of --docs (default: the user's cache folder)")
  Path index;

  @Option(
      names = "--cut",
      paramLabel = "WAY",
      description =
          "where passages end: fixed, sentence, recursive or semantic; another way takes all"
              + " documents in anew (default: ${DEFAULT-VALUE})")
  Cut cut = Cut.RECURSIVE;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description =
          "tokens of a passage, at most; the model reads "
              + SentenceEncoder.Settings.MINI_LM_TOKENS
              + " with the title (default: ${DEFAULT-VALUE})")
  int chunk = 200;

  @Option(
      names = "--overlap",
      paramLabel = "N",
      description = "tokens that passages share, at most (default: ${DEFAULT-VALUE})")
  int overlap = 30;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "passages that each leg hands to the fusion (default: ${DEFAULT-VALUE})")
  int depth = 100;

  @Option(
      names = "--results",
      paramLabel = "N",
      description = "passages that are shown or read (default: ${DEFAULT-VALUE})")
  int results = 5;

  @Option(
      names = "--where",
      paramLabel = "KEY=VALUE",
      description =
          "only passages with this: kind=pdf, folder=work/2026, path=notes/a.md; again for another"
              + " value, or another key that must fit as well")
  List<String> where = new ArrayList<>();

  SearchSettings search() {
    Check.range("--depth", depth, 1, 10_000);
    Check.range("--results", results, 1, 100);
    return SearchSettings.STANDARD.withDepths(depth, depth).with(depth, results).with(filter());
  }

  /** A value of several for one key is enough; each key must fit. */
  private MetadataFilter filter() {
    Map<String, List<String>> values = new TreeMap<>();
    for (String pair : where) {
      int at = pair.indexOf('=');
      Check.that(at > 0, "--where %s is not of the form key=value", pair);
      values
          .computeIfAbsent(pair.substring(0, at), k -> new ArrayList<>())
          .add(pair.substring(at + 1));
    }
    List<MetadataFilter> filters = new ArrayList<>();
    values.forEach(
        (key, any) -> filters.add(new MetadataFilter.In(key, java.util.Set.copyOf(any))));
    return new MetadataFilter.And(filters);
  }
}
