package org.workedanswers.documents;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.util.Version;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * PDF as its text, page by page in the order in which the file draws it, which keeps the columns of
 * most files that were set by a program. The metadata {@code pages} tells how many there are. The
 * title is the one among the file's properties.
 *
 * <p>Refused, with the reason: what needs a password, what is damaged beyond PDFBox's means, and
 * what has no text, as a scan. A file can't take memory or time without end: its text is at most
 * 20,000,000 characters (500,000 a page), its pages are drawn in at most 20,000,000 steps, none of
 * its parts unpacks to more than 64 MB, and all that is unpacked to more than 1 GB.
 *
 * <p>Fonts that a file names and does not hold are replaced by the one that PDFBox brings, not
 * looked for on the machine: PDFBox would read all its fonts, and keep a list of them in the user's
 * home folder. For that it is given, once for all of the JVM, a {@link
 * org.apache.pdfbox.pdmodel.font.FontMapper} that leaves all calls but this class's to the one
 * before it.
 *
 * <p>PDFBox warns of damaged files by commons-logging: to Log4j or SLF4J where those are, else to
 * {@code java.util.logging}'s loggers below {@code org.apache.pdfbox} and {@code
 * org.apache.fontbox}, and so to the console.
 */
public final class PdfParser implements DocumentParser {
  static final long MAX_BYTES = 64L << 20;

  /** How far from its beginning a file may say that it is PDF. */
  private static final int HEAD = 1024;

  private final PdfLimits limits;

  /** Files whose names end in {@code pdf}. */
  public PdfParser() {
    this(PdfLimits.STANDARD);
  }

  PdfParser(PdfLimits limits) {
    this.limits = limits;
  }

  @Override
  public String kind() {
    return "pdf";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("pdf");
  }

  @Override
  public String version() {
    return "1, PDFBox " + Version.getVersion();
  }

  @Override
  public long maxBytes() {
    return MAX_BYTES;
  }

  @Override
  public Document parse(byte[] bytes, String name) throws UnreadableDocumentException {
    String head = new String(bytes, 0, Math.min(HEAD, bytes.length), StandardCharsets.ISO_8859_1);
    if (!head.contains("%PDF-")) {
      throw new UnreadableDocumentException("it is not PDF: it does not begin with %PDF-");
    }
    PdfFonts.begin();
    try (PDDocument document = PdfStreams.open(bytes, limits)) {
      StringWriter text = new StringWriter();
      PdfText pages = new PdfText(limits);
      pages.writeText(document, text);
      if (text.toString().isBlank()) {
        throw new UnreadableDocumentException(
            "it has no text: " + pages.pages() + " pages of pictures, or empty ones");
      }
      String title = document.getDocumentInformation().getTitle();
      return new Document(
          title == null ? "" : title,
          text.toString().strip(),
          Map.of("pages", Integer.toString(pages.pages())));
    } catch (InvalidPasswordException e) {
      throw new UnreadableDocumentException("it is encrypted: it needs a password", e);
    } catch (PdfLimitException e) {
      throw new UnreadableDocumentException(e.getMessage(), e);
    } catch (IOException e) {
      if (e.getCause() instanceof PdfLimitException limit) {
        throw new UnreadableDocumentException(limit.getMessage(), e);
      }
      throw new UnreadableDocumentException("it is damaged: " + e.getMessage(), e);
    } finally {
      PdfFonts.end();
    }
  }
}
