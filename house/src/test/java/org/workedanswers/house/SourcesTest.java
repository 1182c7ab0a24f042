package org.workedanswers.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The compiler's own view of all main sources that answers rests on, at once: no warning, and a
 * comment on whatever is public. For core it is the only check of warnings, since naming the vector
 * module always gives one and they can't be errors in its build.
 */
class SourcesTest {
  private static final List<String> MODULES =
      List.of(
          "core",
          "attention",
          "quantization",
          "lora",
          "moe",
          "rag",
          "tokenizers",
          "checkpoints",
          "transformer",
          "embeddings",
          "integrations/huggingface",
          "integrations/langchain4j",
          "integrations/lucene",
          "integrations/documents",
          "answers");

  @TempDir Path out;

  @Test
  void nothingIsWarnedOfAndEverythingPublicHasAComment() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : MODULES) {
      sources.addAll(javaFiles(Pom.root().resolve(module).resolve("src/main/java")));
    }
    assertEquals(List.of(), warnings(sources));
  }

  @Test
  void aMissingCommentAndAnUncheckedCastAreSeen() throws IOException {
    Path planted = Files.createDirectory(out.resolve("src")).resolve("Planted.java");
    Files.writeString(
        planted,
        """
        import java.util.List;
        /** Planted. */
        public class Planted {
          private Planted() {}
          /** {@return it as a list} */
          @SuppressWarnings("rawtypes")
          public static List<String> cast(List list) {
            return list;
          }
          public static void bare() {}
        }
        """);
    List<String> seen = warnings(List.of(planted));
    assertEquals(2, seen.size(), seen.toString());
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().endsWith(".java")).toList();
    }
  }

  private List<String> warnings(List<Path> sources) throws IOException {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> seen = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = javac.getStandardFileManager(seen, Locale.ROOT, null)) {
      javac
          .getTask(
              null,
              files,
              seen,
              List.of(
                  "--release=17",
                  "--add-modules=jdk.incubator.vector",
                  "-proc:none",
                  "--should-stop=ifNoError=FLOW", // no class files: all warnings come before them
                  "-Xlint:all",
                  "-Xdoclint:all/protected",
                  "-Xmaxwarns",
                  "100000",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  "-d",
                  out.toString()),
              null,
              files.getJavaFileObjectsFromPaths(sources))
          .call();
    }
    return seen.getDiagnostics().stream()
        .filter(d -> !d.getCode().contains("incubating"))
        .map(d -> d.getKind() + " " + place(d.getSource(), d.getLineNumber()) + text(d))
        // A comment's sentences say what goes in and comes out; tags for each are not asked for.
        .filter(d -> !d.contains(" no @"))
        // Newer JDKs say so of a class that has nothing to construct.
        .filter(d -> !d.contains("use of default constructor"))
        .toList();
  }

  private static String place(JavaFileObject source, long line) {
    return source == null ? "" : Path.of(source.toUri()).getFileName() + ":" + line + " ";
  }

  private static String text(javax.tools.Diagnostic<?> d) {
    return d.getMessage(Locale.ROOT).lines().findFirst().orElse("");
  }
}
