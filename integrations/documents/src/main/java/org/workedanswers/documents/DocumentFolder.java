package org.workedanswers.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.workedanswers.core.Check;
import org.workedanswers.rag.ingest.Listing;

/**
 * A folder of files as a place of documents, with all folders beneath it.
 *
 * <pre>{@code
 * Listing listing = new DocumentFolder(Path.of("notes")).list();
 * for (DocumentSource source : listing.sources()) {
 *   Document document = source.read(); // title, text, metadata path, folder, kind, ...
 * }
 * }</pre>
 *
 * <ul>
 *   <li>A document's id is its path from the folder on, with {@code /} between names on every
 *       system. Names that are not Unicode have U+FFFD for what is not; of two files with one id
 *       the second is skipped. A name may hold line ends and control characters: who prints ids
 *       must see to that.
 *   <li>Names that begin with a dot are hidden, and left out without a word; the folder itself may
 *       be called so.
 *   <li>Links are followed, also out of the folder, after all that is reached without them. Each
 *       real folder and file is listed once; a link that leads to one that is listed, to a folder
 *       that holds this one, to nowhere, or in a circle is skipped.
 *   <li>Skipped, with the reason: kinds that no parser reads, files that are too large or may not
 *       be read, folders that can't be opened, and pipes, devices and sockets, which are never
 *       opened. Documents beneath a folder that can't be opened, or a link that leads nowhere, are
 *       {@code unseen}.
 *   <li>A {@code stamp} is a fingerprint of the file's bytes and of its parser's version: when the
 *       file is touched it stays, when a parser is changed its files are read again. A document
 *       whose bytes are no longer those of the last stamp is refused rather than read under it.
 *   <li>The title is what the parser found, else the file's name. Metadata are {@code path} (the
 *       id), {@code folder} (the path without the name, empty for the folder itself), {@code kind}
 *       and what the parser adds: {@code encoding} or {@code pages}.
 * </ul>
 */
public final class DocumentFolder {
  private final Path folder;
  private final DocumentParsers parsers;

  /** A folder's text, Markdown, HTML and PDF files. */
  public DocumentFolder(Path folder) {
    this(folder, DocumentParsers.standard());
  }

  /** A folder's files of the kinds that these parsers read. */
  public DocumentFolder(Path folder, DocumentParsers parsers) {
    this.folder = folder;
    this.parsers = parsers;
  }

  /**
   * What the folder holds now, sorted by id. No file is opened.
   *
   * @throws IllegalArgumentException if there is no such folder, it is a file, or it can't be
   *     opened
   */
  public Listing list() {
    Check.that(Files.exists(folder), "there is no folder %s", folder);
    Check.that(Files.isDirectory(folder), "%s is a file: it must be a folder", folder);
    try {
      return new FolderWalk(folder.toRealPath(), parsers, Files::newDirectoryStream).list();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the folder " + folder + " can't be opened: " + FolderWalk.reason(e), e);
    }
  }
}
