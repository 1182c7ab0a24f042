package org.workedanswers.documents;

/** A PDF file that would take more memory or time than it is given. PDFBox lets it pass. */
final class PdfLimitException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PdfLimitException(String message) {
    super(message);
  }
}
