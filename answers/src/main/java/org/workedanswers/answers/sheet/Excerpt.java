package org.workedanswers.answers.sheet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * The source of a method, cut out of the very files that this program was built of: the build
 * copies them beside the classes.
 */
final class Excerpt {
  private Excerpt() {}

  /**
   * The lines of the first method of that name, from its signature to its closing brace, with the
   * indentation of the class taken off.
   *
   * @throws IllegalArgumentException if the source or the method is not there
   */
  static List<String> of(Class<?> type, String method) {
    List<String> lines = source(type).lines().toList();
    // Members stand two spaces deep in the project's one format, those of a class within four.
    for (String indent : List.of("  ", "    ")) {
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        boolean head = line.matches(indent + "[^\\s/*.@].*\\b" + method + "\\(.*");
        if (head && !line.endsWith(";")) {
          int end = lines.subList(i, lines.size()).indexOf(indent + "}");
          return lines.subList(i, end < 0 ? lines.size() : i + end + 1).stream()
              .map(l -> l.startsWith(indent) ? l.substring(indent.length()) : l)
              .toList();
        }
      }
    }
    throw new IllegalArgumentException(type.getName() + " has no method " + method);
  }

  private static String source(Class<?> type) {
    String path = "/sources/" + type.getName().replace('.', '/') + ".java";
    try (InputStream in = Excerpt.class.getResourceAsStream(path)) {
      Check.that(in != null, "the source of %s is not in this build", type.getName());
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
