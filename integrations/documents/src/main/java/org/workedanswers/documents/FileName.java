package org.workedanswers.documents;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * A file's name in Unicode. Java decodes the bytes of names by the machine's locale, and in the
 * locale C it knows of ASCII alone; the bytes themselves stand in a path's URI.
 */
final class FileName {
  private FileName() {}

  /** The last name of a path, read as UTF-8. */
  static String of(Path path) {
    String name = path.getFileName().toString();
    boolean ascii = name.chars().allMatch(c -> c < 0x80 && c != '?');
    if (ascii || !path.getFileSystem().equals(FileSystems.getDefault())) {
      return CleanText.of(name).replace('\r', '\n');
    }
    String raw = path.toUri().getRawPath();
    int end = raw.endsWith("/") ? raw.length() - 1 : raw.length();
    return decoded(raw.substring(raw.lastIndexOf('/', end - 1) + 1, end));
  }

  private static String decoded(String raw) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
