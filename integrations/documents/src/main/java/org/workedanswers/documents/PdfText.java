package org.workedanswers.documents;

import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageTree;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;

/** PDFBox's text of pages, with an end to it. */
final class PdfText extends PDFTextStripper {
  /** To draw a form, which has its own content, takes as long as so many operators. */
  private static final int STEPS_OF_FORM = 100;

  private final PdfLimits limits;
  private int pages;
  private int characters;
  private int charactersOfPage;
  private long steps;

  PdfText(PdfLimits limits) {
    this.limits = limits;
    setLineSeparator("\n");
    setPageEnd("\n\n");
    setParagraphStart("\n");
  }

  /** How many pages there were. */
  int pages() {
    return pages;
  }

  /** PDFBox passes by pages without content, so they are counted ahead of it. */
  @Override
  protected void processPages(PDPageTree tree) throws IOException {
    for (PDPage ignored : tree) {
      pages++;
    }
    super.processPages(tree);
  }

  @Override
  public void processPage(PDPage page) throws IOException {
    charactersOfPage = 0;
    super.processPage(page);
  }

  @Override
  public void showForm(PDFormXObject form) throws IOException {
    step(STEPS_OF_FORM);
    super.showForm(form);
  }

  @Override
  protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
    step(1);
    super.processOperator(operator, operands);
  }

  private void step(int n) {
    steps += n;
    if (steps > limits.steps()) {
      throw new PdfLimitException("to draw it takes more than " + limits.steps() + " steps");
    }
  }

  @Override
  protected void processTextPosition(TextPosition text) {
    int length = text.getUnicode().length();
    charactersOfPage += length;
    characters += length;
    if (charactersOfPage > limits.charactersOfPage() || characters > limits.characters()) {
      throw new PdfLimitException(
          String.format(
              "its text is too long: %d characters by page %d; %d are read of a page, %d of a file",
              characters, getCurrentPageNo(), limits.charactersOfPage(), limits.characters()));
    }
    super.processTextPosition(text);
  }
}
