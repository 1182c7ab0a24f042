package org.workedanswers.documents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;

/** PDF files that tests make. */
final class Pdfs {
  private Pdfs() {}

  /** A page a text, a line of it a line. */
  static PDDocument pages(String... texts) throws IOException {
    PDDocument document = new PDDocument();
    PdfFonts.begin();
    PDFont font = new PDType1Font(FontName.TIMES_ROMAN);
    PdfFonts.end();
    for (String text : texts) {
      PDPage page = new PDPage();
      document.addPage(page);
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.beginText();
        content.setFont(font, 12);
        content.setLeading(14);
        content.newLineAtOffset(72, 700);
        for (String line : text.split("\n")) {
          content.showText(line);
          content.newLine();
        }
        content.endText();
      }
    }
    return document;
  }

  static byte[] bytes(PDDocument document) throws IOException {
    try (document) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    }
  }

  static void encrypt(PDDocument document, String userPassword) throws IOException {
    document.protect(
        new StandardProtectionPolicy("the owner's", userPassword, new AccessPermission()));
  }

  /** Makes a stream the content of a document's only page. */
  static PDDocument content(COSName filter, int filters, byte[] content) throws IOException {
    PDDocument document = pages("");
    COSStream stream = document.getDocument().createCOSStream();
    COSArray array = new COSArray();
    for (int i = 0; i < filters; i++) {
      array.add(filter);
    }
    try (OutputStream out = stream.createOutputStream(array)) {
      out.write(content);
    }
    document.getPage(0).setContents(new PDStream(stream));
    return document;
  }

  /** Forms in which each draws the next ten times: one step becomes ten to the depth. */
  static PDDocument laughs(int depth) throws IOException {
    PDDocument document = pages("");
    PDResources resources = document.getPage(0).getResources();
    for (int level = 0; level < depth; level++) {
      PDFormXObject form = new PDFormXObject(document);
      form.setResources(resources);
      try (OutputStream out = form.getContentStream().createOutputStream()) {
        out.write(level == 0 ? ascii("q Q") : ascii("/F0 Do ".repeat(10)));
      }
      resources = new PDResources();
      resources.put(COSName.getPDFName("F0"), form);
    }
    PDPage page = document.getPage(0);
    page.setResources(resources);
    PDStream content = new PDStream(document);
    try (OutputStream out = content.createOutputStream()) {
      out.write(ascii("/F0 Do "));
    }
    page.setContents(content);
    return document;
  }

  /** A file that no library wrote: the example of the PDF specification's annex H, shortened. */
  static byte[] byHand(String content, String title) {
    String[] objects = {
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R\n"
          + "/Resources << /Font << /F1 5 0 R >> >> >>",
      "<< /Length " + content.length() + " >>\nstream\n" + content + "\nendstream",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
      "<< /Title " + title + " >>",
    };
    StringBuilder file = new StringBuilder("%PDF-1.4\n");
    StringBuilder table = new StringBuilder("xref\n0 7\n0000000000 65535 f \n");
    for (int i = 0; i < objects.length; i++) {
      table.append(String.format("%010d 00000 n \n", file.length()));
      file.append(i + 1).append(" 0 obj\n").append(objects[i]).append("\nendobj\n");
    }
    int start = file.length();
    file.append(table).append("trailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n");
    file.append(start).append("\n%%EOF\n");
    return file.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
