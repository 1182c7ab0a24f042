package org.workedanswers.documents;

import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.ingest.UnreadableDocumentException;

/**
 * PDF, by Apache PDFBox: the text of all pages, as far as it is text and no picture. Metadata
 * {@code pages} is how many there are. The title is the document's own, else the file's name.
 */
public final class PdfParser implements DocumentParser {
  /** The most characters that are taken out of a file: a small one can hold very many. */
  static final int MAX_CHARACTERS = 32 << 20;

  @Override
  public String kind() {
    return "pdf";
  }

  @Override
  public Set<String> extensions() {
    return Set.of("pdf");
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Document parse(String name, byte[] bytes) throws UnreadableDocumentException {
    // What is unpacked goes to temporary files, not to memory.
    try (PDDocument pdf =
        Loader.loadPDF(bytes, "", null, null, IOUtils.createTempFileOnlyStreamCache())) {
      Limited text = new Limited();
      new PDFTextStripper().writeText(pdf, text);
      int pages = pdf.getNumberOfPages();
      if (pages > 0 && text.text.toString().isBlank()) {
        throw new UnreadableDocumentException(
            "its "
                + pages
                + (pages == 1 ? " page holds" : " pages hold")
                + " no text: pictures of pages must be made text (OCR) first");
      }
      PDDocumentInformation information = pdf.getDocumentInformation();
      String title = information == null ? null : information.getTitle();
      return new Document(
          title == null || title.isBlank() ? name : PlainText.clean(title).strip(),
          PlainText.clean(text.text.toString()).strip(),
          Map.of("pages", Integer.toString(pages)));
    } catch (InvalidPasswordException e) {
      throw new UnreadableDocumentException("it is locked by a password", e);
    } catch (IOException e) {
      throw new UnreadableDocumentException("it can't be read as PDF: " + e.getMessage(), e);
    }
  }

  private static final class Limited extends Writer {
    final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] characters, int from, int length) throws IOException {
      if (text.length() + length > MAX_CHARACTERS) {
        throw new IOException("it holds more than " + MAX_CHARACTERS + " characters");
      }
      text.append(characters, from, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
