package org.workedanswers.documents;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What some tools put ahead of a Markdown text: lines of YAML between {@code ---}, of TOML between
 * {@code +++}. Lines between rules that do not begin with a key are text.
 *
 * @param title its title, or empty
 * @param body the text behind it
 */
record FrontMatter(String title, String body) {
  private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
  private static final Pattern YAML_END = Pattern.compile("^(?:---|\\.\\.\\.)[ \\t]*$\\n?", LINES);
  private static final Pattern TOML_END = Pattern.compile("^\\+\\+\\+[ \\t]*$\\n?", LINES);
  private static final Pattern KEY = Pattern.compile("[\\w\"'.-]+\\s*[:=]");
  private static final Pattern TITLE = Pattern.compile("^title\\s*[:=][ \\t]*(\\S.*)$", LINES);

  /** Splits a file. */
  static FrontMatter of(String file) {
    boolean yaml = file.startsWith("---\n");
    if (!yaml && !file.startsWith("+++\n")) {
      return new FrontMatter("", file);
    }
    Matcher end = (yaml ? YAML_END : TOML_END).matcher(file).region(4, file.length());
    if (!end.find()) {
      return new FrontMatter("", file);
    }
    String matter = file.substring(4, end.start());
    if (!matter.isBlank() && !key(matter)) {
      return new FrontMatter("", file);
    }
    Matcher m = TITLE.matcher(matter);
    String title = m.find() ? unquoted(m.group(1).strip()) : "";
    return new FrontMatter(title, file.substring(end.end()));
  }

  /** Whether the first line that is not a comment begins with a key. */
  private static boolean key(String matter) {
    String first =
        matter.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).findFirst().orElse("");
    return KEY.matcher(first).lookingAt();
  }

  private static String unquoted(String value) {
    char first = value.charAt(0);
    int last = value.length() - 1;
    boolean quoted = (first == '"' || first == '\'') && last > 0 && value.charAt(last) == first;
    return quoted ? value.substring(1, last) : value;
  }
}
