package org.workedanswers.documents;

/**
 * What a PDF file may take.
 *
 * @param characters text of the file
 * @param charactersOfPage text of a page; PDFBox keeps some 300 bytes for each until the page ends
 * @param steps operators of content streams, of those that are drawn again and again each time; to
 *     draw a form counts as a hundred
 * @param unpacked bytes that one stream unpacks to
 * @param unpackedInAll bytes that all streams unpack to, again each time
 */
record PdfLimits(
    int characters, int charactersOfPage, long steps, long unpacked, long unpackedInAll) {
  static final PdfLimits STANDARD =
      new PdfLimits(20_000_000, 500_000, 20_000_000, 64L << 20, 1L << 30);
}
